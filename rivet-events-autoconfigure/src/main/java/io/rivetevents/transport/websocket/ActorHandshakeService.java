package io.rivetevents.transport.websocket;

import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Accepts handshakes. The service of WebFlux splits the offered subprotocols at commas
 * and does not trim them, so that it would find only the first; they are trimmed here.
 */
public final class ActorHandshakeService extends HandshakeWebSocketService {

	private static final String HEADER = "Sec-WebSocket-Protocol";

	/**
	 * Create a service.
	 * @param settings limits of connections
	 */
	public ActorHandshakeService(WebSocketSettings settings) {
		super(new ChannelUpgradeStrategy(settings));
	}

	@Override
	public Mono<Void> handleRequest(ServerWebExchange exchange, WebSocketHandler handler) {
		String offered = trimmed(exchange.getRequest());
		if (offered == null) {
			return super.handleRequest(exchange, handler);
		}
		ServerWebExchange mutated = exchange.mutate()
			.request((request) -> request.headers((headers) -> headers.set(HEADER, offered)))
			.build();
		return super.handleRequest(mutated, handler);
	}

	/** Netty reads the first line only, so the first is what counts. */
	private static @Nullable String trimmed(ServerHttpRequest request) {
		String line = request.getHeaders().getFirst(HEADER);
		return (line != null) ? Arrays.stream(line.split(",")).map(String::trim).collect(Collectors.joining(","))
				: null;
	}

}
