package io.rivetevents.transport.webflux;

import java.util.function.Predicate;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Leads requests below the base path to a transport. Asked before the application's own
 * mappings, which see all the rest.
 */
public final class ActorHandlerMapping extends AbstractHandlerMapping {

	private static final int BEFORE_CONTROLLERS = -1;

	private final Predicate<ServerHttpRequest> ours;

	private final Object handler;

	private ActorHandlerMapping(Predicate<ServerHttpRequest> ours, Object handler, int order) {
		this.ours = ours;
		this.handler = handler;
		setOrder(order);
	}

	/**
	 * Return a mapping for WebSocket handshakes.
	 * @param basePath where the routes begin
	 * @param handler what handles them
	 */
	public static ActorHandlerMapping forWebSocket(BasePath basePath, Object handler) {
		return new ActorHandlerMapping((request) -> isUpgrade(request) && basePath.within(request) != null, handler,
				BEFORE_CONTROLLERS);
	}

	/**
	 * Return a mapping for all that is no WebSocket handshake.
	 * @param basePath where the routes begin
	 * @param handler what handles them
	 */
	public static ActorHandlerMapping forHttp(BasePath basePath, Object handler) {
		return new ActorHandlerMapping((request) -> !isUpgrade(request) && basePath.within(request) != null, handler,
				BEFORE_CONTROLLERS);
	}

	/**
	 * Return a mapping for some routes that are no WebSocket handshakes, asked before
	 * that for all of them.
	 * @param routes whether a path within the base path is one of them
	 */
	public static ActorHandlerMapping forRoutes(BasePath basePath, Predicate<String> routes, Object handler) {
		return new ActorHandlerMapping((request) -> {
			String path = isUpgrade(request) ? null : basePath.within(request);
			return path != null && routes.test(path);
		}, handler, BEFORE_CONTROLLERS - 1);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		return this.ours.test(exchange.getRequest()) ? Mono.just(this.handler) : Mono.empty();
	}

	private static boolean isUpgrade(ServerHttpRequest request) {
		return request.getMethod() == HttpMethod.GET && "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

}
