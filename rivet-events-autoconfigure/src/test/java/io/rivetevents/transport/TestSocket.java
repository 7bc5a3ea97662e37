/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;

import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client of the protocol on a real socket.
 */
public final class TestSocket extends TestClient {

	private final Encoding encoding;

	private final Sinks.Many<WebSocketMessage> outgoing = Sinks.many().unicast().onBackpressureBuffer();

	private final Sinks.One<WebSocketSession> session = Sinks.one();

	private TestSocket(Encoding encoding) {
		this.encoding = encoding;
	}

	public static String query(String actor, String key) {
		return query(actor, key, "connect");
	}

	/** Open a socket to an instance and wait for its welcome. */
	public static TestSocket connect(String base, Encoding encoding, String actor, String key) {
		TestSocket socket = open(base + query(actor, key), encoding, new HttpHeaders());
		socket.next(ToClient.Init.class);
		return socket;
	}

	public static TestSocket open(String url, Encoding encoding, HttpHeaders headers, String... moreProtocols) {
		return open(HttpClient.create(), url, encoding, headers, moreProtocols);
	}

	public static TestSocket open(HttpClient http, String url, Encoding encoding, HttpHeaders headers,
			String... moreProtocols) {
		TestSocket socket = new TestSocket(encoding);
		List<String> protocols = new ArrayList<>(List.of("rivet", "rivet_encoding." + encoding.wireName()));
		if (encoding.isExtended()) {
			protocols.add("rivet_ext.1");
		}
		protocols.addAll(List.of(moreProtocols));
		ReactorNettyWebSocketClient client = new ReactorNettyWebSocketClient(http,
				() -> WebsocketClientSpec.builder().maxFramePayloadLength(8 * 1024 * 1024));
		client.execute(URI.create(url.replaceFirst("^http", "ws")), headers, new WebSocketHandler() {

			@Override
			public List<String> getSubProtocols() {
				return protocols;
			}

			@Override
			public Mono<Void> handle(WebSocketSession session) {
				return socket.run(session);
			}

		}).subscribe(null, (ex) -> {
			socket.session.tryEmitError(ex);
			socket.closed.tryEmitError(ex);
		});
		socket.session.asMono().block(Duration.ofSeconds(PATIENCE_SECONDS));
		return socket;
	}

	private Mono<Void> run(WebSocketSession session) {
		this.session.tryEmitValue(session);
		Mono<Void> receive = session.receive().doOnNext((message) -> {
			byte[] bytes = new byte[message.getPayload().readableByteCount()];
			message.getPayload().read(bytes);
			onFrame(bytes);
		}).then();
		session.closeStatus()
			.defaultIfEmpty(CloseStatus.NO_CLOSE_FRAME)
			.subscribe(this.closed::tryEmitValue, this.closed::tryEmitError);
		return session.send(this.outgoing.asFlux()).and(receive);
	}

	private void onFrame(byte[] bytes) {
		if (this.encoding.isExtended()) {
			onExtended(ExtendedClientCodec.decode(this.encoding, bytes));
		}
		else {
			onMessage(ClientCodec.decode(this.encoding, bytes));
		}
	}

	@Override
	public void send(ToServer message) {
		sendRaw(this.encoding.isExtended() ? encode(this.encoding, message)
				: ClientCodec.encode(this.encoding, message));
	}

	@Override
	public void sendRaw(byte[] bytes) {
		WebSocketSession session = this.session.asMono().block();
		WebSocketMessage.Type type = this.encoding.isText() ? WebSocketMessage.Type.TEXT : WebSocketMessage.Type.BINARY;
		this.outgoing.tryEmitNext(new WebSocketMessage(type, session.bufferFactory().wrap(bytes))).orThrow();
	}

	@Override
	public void cut() {
		close();
	}

	@Override
	public void close() {
		this.session.asMono()
			.flatMap(WebSocketSession::close)
			.onErrorComplete()
			.block(Duration.ofSeconds(PATIENCE_SECONDS));
	}

}
