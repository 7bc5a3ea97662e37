package io.rivetevents.transport.websocket;

import java.util.List;

import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorDirectory;
import io.rivetevents.connection.ConnectionRegistry;
import io.rivetevents.protocol.ValueMapper;
import io.rivetevents.transport.BasePath;
import io.rivetevents.transport.Handshake;

/**
 * Takes WebSocket connections of the client protocol. Every handshake is accepted, since
 * a client learns nothing from one that is refused; what is wrong is told afterwards.
 */
public final class ActorWebSocketHandler implements WebSocketHandler {

	private final BasePath basePath;

	private final ActorDirectory directory;

	private final ConnectionRegistry connections;

	private final Handshake handshake;

	private final ValueMapper mapper;

	private final WebSocketSettings settings;

	/**
	 * Create a handler.
	 * @param basePath where the routes begin
	 * @param directory finds instances
	 * @param connections where connections are registered
	 * @param handshake finds out who connects
	 * @param mapper converts values
	 * @param settings limits and times
	 */
	public ActorWebSocketHandler(BasePath basePath, ActorDirectory directory, ConnectionRegistry connections,
			Handshake handshake, ValueMapper mapper, WebSocketSettings settings) {
		this.basePath = basePath;
		this.directory = directory;
		this.connections = connections;
		this.handshake = handshake;
		this.mapper = mapper;
		this.settings = settings;
	}

	@Override
	public List<String> getSubProtocols() {
		return List.of(Subprotocols.SELECTED);
	}

	@Override
	public Mono<Void> handle(WebSocketSession session) {
		return new SocketConnection((ChannelSession) session, this).run();
	}

	BasePath basePath() {
		return this.basePath;
	}

	ActorDirectory directory() {
		return this.directory;
	}

	ConnectionRegistry connections() {
		return this.connections;
	}

	Handshake handshake() {
		return this.handshake;
	}

	ValueMapper mapper() {
		return this.mapper;
	}

	WebSocketSettings settings() {
		return this.settings;
	}

}
