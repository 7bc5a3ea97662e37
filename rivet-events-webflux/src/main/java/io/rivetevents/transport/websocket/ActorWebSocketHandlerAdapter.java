/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;

/**
 * Passes WebSocket handshakes to actors. The application's WebSocket handlers remain with
 * WebFlux.
 */
public final class ActorWebSocketHandlerAdapter extends WebSocketHandlerAdapter {

	/**
	 * Creates the adapter.
	 * @param settings limits of connections
	 */
	public ActorWebSocketHandlerAdapter(WebSocketSettings settings) {
		super(new ActorHandshakeService(settings));
	}

	@Override
	public boolean supports(Object handler) {
		return handler instanceof ActorWebSocketHandler;
	}

	/** Before the adapter of WebFlux, which accepts every WebSocket handler. */
	@Override
	public int getOrder() {
		return super.getOrder() - 1;
	}

}
