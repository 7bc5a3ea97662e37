/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security.webflux;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.web.server.WebFilter;

/**
 * Adds {@link ConnectionLogoutHandler} to each logout filter of the application, also
 * where {@code logoutHandler(...)} has replaced the default handlers. It is called first,
 * because other handlers change the session by whose id the connections are found.
 * <p>
 * Spring Security offers no method that returns the handler of a filter, so it is read
 * from the field. The field is read only if there is a logout filter.
 */
public final class LogoutHook implements SmartInitializingSingleton {

	/** Timeout for a chain of the application's own type; other chains return at once. */
	private static final Duration FILTERS = Duration.ofSeconds(10);

	private final ConnectionLogoutHandler handler;

	private final ObjectProvider<SecurityWebFilterChain> chains;

	/**
	 * Creates the hook.
	 * @param handler closes connections
	 * @param chains filter chains of the application
	 */
	public LogoutHook(ConnectionLogoutHandler handler, ObjectProvider<SecurityWebFilterChain> chains) {
		this.handler = handler;
		this.chains = chains;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (SecurityWebFilterChain chain : this.chains) {
			List<WebFilter> filters = chain.getWebFilters().collectList().block(FILTERS);
			for (WebFilter filter : (filters != null) ? filters : List.<WebFilter>of()) {
				if (filter instanceof LogoutWebFilter logout) {
					putFirst(logout);
				}
			}
		}
	}

	private void putFirst(LogoutWebFilter filter) {
		ServerLogoutHandler own = handlerOf(filter, LogoutWebFilter.class);
		filter.setLogoutHandler((exchange, authentication) -> this.handler.logout(exchange, authentication)
			.then(own.logout(exchange, authentication)));
	}

	/**
	 * Returns the handler of a filter.
	 * @param filter the filter
	 * @param type class that declares the field
	 * @throws IllegalStateException if the class does not have exactly one such field, or
	 * the field cannot be read
	 */
	public static ServerLogoutHandler handlerOf(Object filter, Class<?> type) {
		Field field = handlerField(type);
		if (field == null) {
			throw unreadable(type, null);
		}
		try {
			field.setAccessible(true);
			if (field.get(filter) instanceof ServerLogoutHandler own) {
				return own;
			}
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			throw unreadable(type, ex);
		}
		throw unreadable(type, null);
	}

	/** Finds the field by its type, since its name may change. */
	private static @Nullable Field handlerField(Class<?> type) {
		List<Field> fields = Stream.of(type.getDeclaredFields())
			.filter((field) -> field.getType() == ServerLogoutHandler.class)
			.toList();
		return (fields.size() == 1) ? fields.get(0) : null;
	}

	private static IllegalStateException unreadable(Class<?> type, @Nullable Exception cause) {
		return new IllegalStateException(("The handler of %s cannot be read with this version of Spring Security, so"
				+ " connections would stay open after a logout. Use a version of Spring Security that this starter"
				+ " supports, or disable the logout of the filter chain and let its replacement call the bean %s.")
			.formatted(type.getName(), ConnectionLogoutHandler.class.getSimpleName()), cause);
	}

	/** Registers the field, which a native image would remove otherwise. */
	public static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			Field field = handlerField(LogoutWebFilter.class);
			if (field != null) {
				hints.reflection().registerField(field);
			}
		}

	}

}
