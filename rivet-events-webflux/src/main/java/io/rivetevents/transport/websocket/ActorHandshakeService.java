/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Accepts WebSocket handshakes. It corrects the service of WebFlux, which splits the
 * offered subprotocols at commas without trimming them and finds only the first. It also
 * checks more of the handshake.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-4.2">RFC 6455, section
 * 4.2</a>
 */
final class ActorHandshakeService extends HandshakeWebSocketService {

	private static final String HEADER = "Sec-WebSocket-Protocol";

	private static final String UPGRADE = "Upgrade";

	private static final String VERSION_HEADER = "Sec-WebSocket-Version";

	private static final String VERSION = "13";

	private static final int KEY_SIZE = 16;

	/** Length with padding, which a decoder does not require. */
	private static final int KEY_LENGTH = 24;

	/**
	 * Creates the service.
	 * @param settings limits of connections
	 */
	ActorHandshakeService(WebSocketSettings settings) {
		super(new ChannelUpgradeStrategy(settings));
	}

	@Override
	public Mono<Void> handleRequest(ServerWebExchange exchange, WebSocketHandler handler) {
		ServerHttpRequest request = exchange.getRequest();
		if (request.getMethod() == HttpMethod.GET) {
			if (!VERSION.equals(request.getHeaders().getFirst(VERSION_HEADER))) {
				return refuseVersion(exchange.getResponse());
			}
			checkRequest(request);
		}
		ServerWebExchange mutated = exchange.mutate()
			.request((builder) -> builder.headers((headers) -> normalize(headers)))
			.build();
		return super.handleRequest(mutated, handler);
	}

	private static void normalize(HttpHeaders headers) {
		String offered = joined(headers.getOrEmpty(HEADER));
		if (offered != null) {
			headers.set(HEADER, offered);
		}
		// the WebFlux service recognizes two spellings of the word, whose case does not
		// matter
		if (headers.getConnection().stream().anyMatch(UPGRADE::equalsIgnoreCase)) {
			headers.setConnection(UPGRADE);
		}
	}

	/**
	 * Rejects other versions. Netty would accept drafts of the protocol, or not answer.
	 */
	private static Mono<Void> refuseVersion(ServerHttpResponse response) {
		response.setStatusCode(HttpStatus.UPGRADE_REQUIRED);
		response.getHeaders().set(VERSION_HEADER, VERSION);
		response.getHeaders().setUpgrade("websocket");
		response.getHeaders().setConnection(UPGRADE);
		return response.setComplete();
	}

	/** Checks what WebFlux and Netty do not check. */
	private static void checkRequest(ServerHttpRequest request) {
		HttpServerRequest netty = ServerHttpRequestDecorator.getNativeRequest(request);
		if (netty.version().compareTo(HttpVersion.HTTP_1_1) < 0) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "A WebSocket handshake requires HTTP/1.1.");
		}
		if (!isKey(request.getHeaders().getFirst("Sec-WebSocket-Key"))) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "Sec-WebSocket-Key must be 16 bytes in base64.");
		}
		List<String> lines = netty.requestHeaders().getAll(HEADER);
		if (lines.size() > 1) {
			netty.requestHeaders().set(HEADER, String.join(",", lines)); // otherwise
																			// Netty would
																			// read only
																			// the first
		}
	}

	private static boolean isKey(@Nullable String key) {
		try {
			return key != null && key.length() == KEY_LENGTH && Base64.getDecoder().decode(key).length == KEY_SIZE;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static @Nullable String joined(List<String> lines) {
		return lines.isEmpty() ? null
				: lines.stream()
					.flatMap((line) -> Arrays.stream(line.split(",")))
					.map(String::trim)
					.collect(Collectors.joining(","));
	}

}
