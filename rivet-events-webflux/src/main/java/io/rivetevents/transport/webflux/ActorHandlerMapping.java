/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.function.BiPredicate;
import java.util.function.Predicate;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Maps requests below the base path to a transport. It is called before the application's
 * mappings, which receive all other requests.
 */
public final class ActorHandlerMapping extends AbstractHandlerMapping {

	private static final int BEFORE_CONTROLLERS = -1;

	private final BasePath basePath;

	private final RoutePatterns patterns;

	private final BiPredicate<ServerHttpRequest, String> ours;

	private final Object handler;

	/**
	 * Creates a mapping.
	 * @param basePath prefix of the routes
	 * @param ours matches requests and their paths within the base path
	 */
	private ActorHandlerMapping(BasePath basePath, BiPredicate<ServerHttpRequest, String> ours, Object handler,
			int order) {
		this.basePath = basePath;
		this.patterns = new RoutePatterns(basePath);
		this.ours = ours;
		this.handler = handler;
		setOrder(order);
	}

	/**
	 * Returns a mapping for WebSocket handshakes.
	 * @param basePath prefix of the routes
	 * @param handler handler of the requests
	 */
	public static ActorHandlerMapping forWebSocket(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, (request, path) -> isUpgrade(request), handler, BEFORE_CONTROLLERS);
	}

	/**
	 * Returns a mapping for all requests that are not WebSocket handshakes.
	 * @param basePath prefix of the routes
	 * @param handler handler of the requests
	 */
	public static ActorHandlerMapping forHttp(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, (request, path) -> !isUpgrade(request), handler, BEFORE_CONTROLLERS);
	}

	/**
	 * Returns a mapping for some routes, called before the mappings for all of them. It
	 * does not match WebSocket handshakes.
	 * @param routes matches paths within the base path
	 */
	public static ActorHandlerMapping forRoutes(BasePath basePath, Predicate<String> routes, Object handler) {
		return new ActorHandlerMapping(basePath, (request, path) -> !isUpgrade(request) && routes.test(path), handler,
				BEFORE_CONTROLLERS - 1);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		String path = this.basePath.within(exchange.getRequest());
		if (path == null || !this.ours.test(exchange.getRequest(), path)) {
			return Mono.empty();
		}
		this.patterns.name(exchange, path);
		return Mono.just(this.handler);
	}

	private static boolean isUpgrade(ServerHttpRequest request) {
		return request.getMethod() == HttpMethod.GET && "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

}
