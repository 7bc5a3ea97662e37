package io.rivetevents.transport;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Leads requests below the base path to a transport: those for a WebSocket to one, all
 * others to another. Asked before the application's own mappings, which see all the rest.
 */
public final class ActorHandlerMapping extends AbstractHandlerMapping {

	private static final int BEFORE_CONTROLLERS = -1;

	private final BasePath basePath;

	private final Object handler;

	private final boolean forUpgrade;

	private ActorHandlerMapping(BasePath basePath, Object handler, boolean forUpgrade) {
		this.basePath = basePath;
		this.handler = handler;
		this.forUpgrade = forUpgrade;
		setOrder(BEFORE_CONTROLLERS);
	}

	/**
	 * Return a mapping for WebSocket handshakes.
	 * @param basePath where the routes begin
	 * @param handler what handles them
	 */
	public static ActorHandlerMapping forWebSocket(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, handler, true);
	}

	/**
	 * Return a mapping for all that is no WebSocket handshake.
	 * @param basePath where the routes begin
	 * @param handler what handles them
	 */
	public static ActorHandlerMapping forHttp(BasePath basePath, Object handler) {
		return new ActorHandlerMapping(basePath, handler, false);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		boolean ours = isUpgrade(request) == this.forUpgrade && this.basePath.within(request) != null;
		return ours ? Mono.just(this.handler) : Mono.empty();
	}

	private static boolean isUpgrade(ServerHttpRequest request) {
		return request.getMethod() == HttpMethod.GET && "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

}
