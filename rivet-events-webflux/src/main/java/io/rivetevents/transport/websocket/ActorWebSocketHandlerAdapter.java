package io.rivetevents.transport.websocket;

import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;

/**
 * Leads WebSocket handshakes to actors. Leaves the application's own WebSocket handlers
 * to WebFlux.
 */
public final class ActorWebSocketHandlerAdapter extends WebSocketHandlerAdapter {

	/**
	 * Creates an adapter.
	 * @param settings limits of connections
	 */
	public ActorWebSocketHandlerAdapter(WebSocketSettings settings) {
		super(new ActorHandshakeService(settings));
	}

	@Override
	public boolean supports(Object handler) {
		return handler instanceof ActorWebSocketHandler;
	}

	/** Asked before that of WebFlux, which takes every WebSocket handler. */
	@Override
	public int getOrder() {
		return super.getOrder() - 1;
	}

}
