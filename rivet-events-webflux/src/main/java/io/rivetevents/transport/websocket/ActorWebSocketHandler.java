package io.rivetevents.transport.websocket;

import java.util.List;

import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;

import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.LinkIo;

/**
 * Takes WebSocket connections of the client protocol. Every handshake is accepted, since
 * a client learns nothing from one that is refused; what is wrong is told afterwards.
 */
public final class ActorWebSocketHandler implements WebSocketHandler {

	private final BasePath basePath;

	private final LinkServices links;

	private final LinkIo io;

	private final WebSocketSettings settings;

	/**
	 * Create a handler.
	 * @param basePath where the routes begin
	 * @param links what links share
	 * @param io how they read and write
	 * @param settings limits and times
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
	 * Refuse: it takes sockets from {@link ActorHandshakeService} alone, which hands them
	 * over without a session.
	 * @throws IllegalStateException always
	 */
	@Override
	public Mono<Void> handle(WebSocketSession session) {
		throw new IllegalStateException("Actors are served by ActorHandshakeService");
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
