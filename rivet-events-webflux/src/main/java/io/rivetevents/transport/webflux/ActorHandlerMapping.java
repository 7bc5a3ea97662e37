/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.List;
import java.util.function.Predicate;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.rivetevents.transport.GatewayRequest;

/**
 * Maps requests below the base path to a transport. It is called before the application's
 * mappings, which receive all other requests.
 */
public final class ActorHandlerMapping extends AbstractHandlerMapping {

	/** Path of the route that issues tickets, within the base path. */
	public static final String TICKET = "/ticket";

	private static final int BEFORE_CONTROLLERS = -1;

	private final BasePath basePath;

	private final RoutePatterns patterns;

	private final Predicate<ServerHttpRequest> requests;

	private final Predicate<String> paths;

	private final Predicate<String> described;

	private final Object handler;

	/**
	 * Creates a mapping.
	 * @param basePath prefix of the routes
	 * @param requests matches requests
	 * @param paths matches their paths within the base path
	 * @param described matches the paths that clients of this transport use
	 */
	private ActorHandlerMapping(BasePath basePath, Predicate<ServerHttpRequest> requests, Predicate<String> paths,
			Predicate<String> described, Object handler, int order) {
		this.basePath = basePath;
		this.patterns = new RoutePatterns(basePath);
		this.requests = requests;
		this.paths = paths;
		this.described = described;
		this.handler = handler;
		setOrder(order);
	}

	/**
	 * Returns a mapping for WebSocket handshakes.
	 * @param basePath prefix of the routes
	 * @param handler handler of the requests
	 */
	public static ActorHandlerMapping forWebSocket(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, ActorHandlerMapping::isUpgrade, (path) -> true,
				ActorHandlerMapping::isForSockets, handler, BEFORE_CONTROLLERS);
	}

	/**
	 * Returns a mapping for all requests that are not WebSocket handshakes.
	 * @param basePath prefix of the routes
	 * @param handler handler of the requests
	 */
	public static ActorHandlerMapping forHttp(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, (request) -> !isUpgrade(request), (path) -> true,
				(path) -> !isForSockets(path) && !isForStreams(path), handler, BEFORE_CONTROLLERS);
	}

	/**
	 * Returns a mapping for some routes, called before the mappings for all of them. It
	 * does not match WebSocket handshakes.
	 * @param routes matches paths within the base path
	 */
	public static ActorHandlerMapping forRoutes(BasePath basePath, Predicate<String> routes, Object handler) {
		return new ActorHandlerMapping(basePath, (request) -> !isUpgrade(request), routes, routes, handler,
				BEFORE_CONTROLLERS - 1);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		String path = this.basePath.within(exchange.getRequest());
		if (path == null || !this.paths.test(path) || !this.requests.test(exchange.getRequest())) {
			return Mono.empty();
		}
		this.patterns.name(exchange, path);
		return Mono.just(this.handler);
	}

	/**
	 * Returns the patterns of the routes that clients of its transport use, sorted.
	 */
	public List<String> routes() {
		return this.patterns.matching(this.described);
	}

	/** Returns whether a request opens a WebSocket or an event stream. */
	static boolean connects(ServerHttpRequest request, String path) {
		return isUpgrade(request) || isForSockets(path) || isForStream(path);
	}

	private static boolean isForSockets(String path) {
		return path.startsWith(GatewayRequest.PREFIX) && path.endsWith("/connect");
	}

	private static boolean isForStreams(String path) {
		return path.startsWith("/connections/") || isForStream(path);
	}

	private static boolean isForStream(String path) {
		return path.startsWith(GatewayRequest.PREFIX) && path.endsWith("/sse");
	}

	/** Returns what handles the requests. */
	public Object handler() {
		return this.handler;
	}

	private static boolean isUpgrade(ServerHttpRequest request) {
		return request.getMethod() == HttpMethod.GET && "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

}
