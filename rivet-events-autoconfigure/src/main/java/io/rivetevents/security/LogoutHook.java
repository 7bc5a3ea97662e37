package io.rivetevents.security;

import java.time.Duration;
import java.util.List;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.WebFilter;

/**
 * Has the connections of a session closed before each logout of the application, whatever
 * handlers it has set: {@code logoutHandler(...)} replaces those that were there before.
 * The handler comes first, since others change the session by whose id connections are
 * known.
 */
public final class LogoutHook implements SmartInitializingSingleton {

	/** Spring Security has no way to read it. */
	private static final String HANDLER = "logoutHandler";

	/** Filters of a chain are there, unless it is of the application's own kind. */
	private static final Duration FILTERS = Duration.ofSeconds(10);

	private final ConnectionLogoutHandler handler;

	private final ObjectProvider<SecurityWebFilterChain> chains;

	/**
	 * Create the hook.
	 * @param handler closes connections
	 * @param chains the application's
	 */
	public LogoutHook(ConnectionLogoutHandler handler, ObjectProvider<SecurityWebFilterChain> chains) {
		this.handler = handler;
		this.chains = chains;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.chains.stream().forEach((chain) -> {
			List<WebFilter> filters = chain.getWebFilters().collectList().block(FILTERS);
			if (filters != null) {
				filters.stream()
					.filter(LogoutWebFilter.class::isInstance)
					.map(LogoutWebFilter.class::cast)
					.forEach(this::putFirst);
			}
		});
	}

	private void putFirst(LogoutWebFilter filter) {
		Object known = new DirectFieldAccessor(filter).getPropertyValue(HANDLER);
		if (!(known instanceof ServerLogoutHandler own)) {
			throw new IllegalStateException("This version of Spring Security has no ServerLogoutHandler in "
					+ filter.getClass().getName() + ": connections would outlive a logout");
		}
		filter.setLogoutHandler((exchange, authentication) -> this.handler.logout(exchange, authentication)
			.then(own.logout(exchange, authentication)));
	}

}
