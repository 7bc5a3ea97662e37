/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

import io.rivetevents.transport.GatewayRequest;

/**
 * The patterns of the routes, which name requests in metrics and traces without the names
 * that a client has chosen. Safe for use by several threads.
 */
final class RoutePatterns {

	private static final String OTHER = "/**";

	private static final String OF_ACTOR = "/gateway/{actor}";

	private static final String ACTION = OF_ACTOR + "/action/{action}";

	private static final List<String> ACTOR_ROUTES = List.of("/connect", "/sse", "/health", "/metadata");

	private static final String ACTOR_ID = "/actors/{id}";

	private static final String CONNECTION_ID = "/connections/{id}";

	private static final List<String> PLAIN = List.of("/", "/actors", "/metadata", "/health", "/asyncapi.json",
			ActorHandlerMapping.TICKET);

	private final Map<String, PathPattern> patterns;

	/**
	 * Creates the patterns.
	 * @param basePath prefix of the routes
	 */
	RoutePatterns(BasePath basePath) {
		String prefix = basePath.toString().equals("/") ? "" : basePath.toString();
		List<List<String>> all = List.of(PLAIN, ACTOR_ROUTES.stream().map(OF_ACTOR::concat).toList(),
				List.of(ACTION, OF_ACTOR + OTHER, ACTOR_ID, CONNECTION_ID, OTHER));
		this.patterns = all.stream()
			.flatMap(List::stream)
			.collect(Collectors.toUnmodifiableMap(Function.identity(),
					(each) -> PathPatternParser.defaultInstance.parse(prefix + each)));
	}

	/**
	 * Names the route of a request in its attributes and in its observation, if it has
	 * one.
	 * @param path the path within the base path
	 */
	void name(ServerWebExchange exchange, String path) {
		PathPattern pattern = Objects.requireNonNull(this.patterns.get(of(path)));
		exchange.getAttributes().put(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, pattern);
		ServerRequestObservationContext.findCurrent(exchange.getAttributes())
			.ifPresent((context) -> context.setPathPattern(pattern.getPatternString()));
	}

	/**
	 * Returns the patterns of the routes whose path within the base path matches.
	 * @param paths matches paths, in which each name is replaced by another
	 */
	List<String> matching(Predicate<String> paths) {
		return this.patterns.entrySet()
			.stream()
			.filter((each) -> paths.test(each.getKey().replaceAll("\\{\\w+\\}", "name")))
			.map((each) -> each.getValue().getPatternString())
			.sorted()
			.toList();
	}

	private static String of(String path) {
		if (path.startsWith(GatewayRequest.PREFIX)) {
			int end = path.indexOf('/', GatewayRequest.PREFIX.length());
			return ofActor((end < 0) ? "" : path.substring(end));
		}
		if (path.startsWith("/actors/")) {
			return ACTOR_ID;
		}
		if (path.startsWith("/connections/")) {
			return CONNECTION_ID;
		}
		return PLAIN.contains(path) ? path : OTHER;
	}

	private static String ofActor(String rest) {
		if (rest.startsWith("/action/")) {
			return ACTION;
		}
		return OF_ACTOR + (ACTOR_ROUTES.contains(rest) ? rest : OTHER);
	}

}
