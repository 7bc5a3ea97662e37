package io.rivetevents.security;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.ReactiveAuthenticationManagerResolver;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * The authentication manager of the application's resource server, so that a token in a
 * first message is judged exactly as one in a header: with the same decoder, converter
 * and checks. Spring Security keeps it in the filter for bearer tokens, and nowhere else;
 * it is read from there, at start-up.
 */
public final class ResourceServerManager {

	/** Filters of a chain are there, unless it is of the application's own kind. */
	private static final Duration FILTERS = Duration.ofSeconds(10);

	private ResourceServerManager() {
	}

	/**
	 * Returns the manager of the resource server in the only filter chain. With several
	 * chains it may guard other routes than those of actors, where HTTP would not accept
	 * its tokens.
	 * @param chains the filter chains of the application
	 * @return {@code null} if the chain has none, if there are several chains, or if it
	 * cannot be read
	 */
	static @Nullable ReactiveAuthenticationManager of(Stream<SecurityWebFilterChain> chains) {
		List<SecurityWebFilterChain> all = chains.toList();
		List<WebFilter> filters = (all.size() == 1) ? all.get(0).getWebFilters().collectList().block(FILTERS) : null;
		List<ReactiveAuthenticationManagerResolver<ServerWebExchange>> found = new ArrayList<>();
		if (filters != null) {
			filters.forEach((filter) -> addResolver(filter, found));
		}
		return (found.size() == 1) ? manager(found.get(0)) : null;
	}

	@SuppressWarnings("unchecked")
	private static void addResolver(WebFilter filter,
			List<ReactiveAuthenticationManagerResolver<ServerWebExchange>> resolvers) {
		if (filter instanceof AuthenticationWebFilter
				&& read(filter, ServerAuthenticationConverter.class) instanceof ServerBearerTokenAuthenticationConverter
				&& read(filter,
						ReactiveAuthenticationManagerResolver.class) instanceof ReactiveAuthenticationManagerResolver<?> resolver) {
			resolvers.add((ReactiveAuthenticationManagerResolver<ServerWebExchange>) resolver);
		}
	}

	private static @Nullable Object read(Object filter, Class<?> type) {
		List<Field> fields = fields(type);
		if (fields.size() != 1) {
			return null;
		}
		ReflectionUtils.makeAccessible(fields.get(0));
		return ReflectionUtils.getField(fields.get(0), filter);
	}

	/** By their type: a name may change. */
	private static List<Field> fields(Class<?> type) {
		return Stream.of(AuthenticationWebFilter.class.getDeclaredFields())
			.filter((field) -> field.getType() == type)
			.toList();
	}

	/**
	 * Those of Spring Security, the one for several issuers too, look at the token and
	 * not at the request, which a first message does not have.
	 */
	@SuppressWarnings("NullAway")
	private static ReactiveAuthenticationManager manager(
			ReactiveAuthenticationManagerResolver<ServerWebExchange> resolver) {
		return (token) -> Mono.defer(() -> resolver.resolve(null)).flatMap((manager) -> manager.authenticate(token));
	}

	/** A native image keeps only fields that are registered. */
	public static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			fields(ServerAuthenticationConverter.class).forEach(hints.reflection()::registerField);
			fields(ReactiveAuthenticationManagerResolver.class).forEach(hints.reflection()::registerField);
		}

	}

}
