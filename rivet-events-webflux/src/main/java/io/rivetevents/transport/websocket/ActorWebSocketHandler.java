/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.util.List;

import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;

import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.LinkIo;

/**
 * Serves WebSocket connections of the client protocol. Every handshake is accepted,
 * because a browser does not show the client why a handshake is rejected; errors are sent
 * afterwards.
 */
public final class ActorWebSocketHandler implements WebSocketHandler {

	private final BasePath basePath;

	private final LinkServices links;

	private final LinkIo io;

	private final WebSocketSettings settings;

	/**
	 * Creates the handler.
	 * @param basePath prefix of the routes
	 * @param links services that all connections share
	 * @param io event loops and addresses of requests
	 * @param settings limits and timeouts
	 */
	public ActorWebSocketHandler(BasePath basePath, LinkServices links, LinkIo io, WebSocketSettings settings) {
		this.basePath = basePath;
		this.links = links;
		this.io = io;
		this.settings = settings;
	}

	@Override
	public List<String> getSubProtocols() {
		return List.of(Subprotocols.SELECTED);
	}

	/**
	 * Throws an exception: {@link ActorHandshakeService} opens the sockets itself,
	 * without a session.
	 * @throws IllegalStateException always
	 */
	@Override
	public Mono<Void> handle(WebSocketSession session) {
		throw new IllegalStateException("ActorWebSocketHandler requires ActorHandshakeService");
	}

	BasePath basePath() {
		return this.basePath;
	}

	LinkServices links() {
		return this.links;
	}

	LinkIo io() {
		return this.io;
	}

	WebSocketSettings settings() {
		return this.settings;
	}

}
