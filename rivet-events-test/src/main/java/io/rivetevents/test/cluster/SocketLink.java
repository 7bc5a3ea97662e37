/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.net.URI;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A connection over WebSocket, in the plain protocol or in the extended mode.
 */
final class SocketLink implements ClientLink, WebSocket.Listener {

	private static final JsonMapper MAPPER = new JsonMapper();

	private final Consumer<Message> receiver;

	private final StringBuilder text = new StringBuilder();

	private final CompletableFuture<String> closed = new CompletableFuture<>();

	private final WebSocket socket;

	/**
	 * Connects.
	 * @param address host, port and parameters of the gateway
	 * @param extended whether to use the extended mode
	 * @param first the first message of the client
	 * @param receiver receives messages, one after the other
	 */
	SocketLink(String address, boolean extended, String first, Consumer<Message> receiver) {
		this.receiver = receiver;
		String[] more = extended ? new String[] { "rivet_encoding.json", "rivet_ext.1" }
				: new String[] { "rivet_encoding.json" };
		this.socket = HTTP.newWebSocketBuilder()
			.subprotocols("rivet", more)
			.buildAsync(URI.create("ws://" + address.formatted("connect")), this)
			.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
			.join();
		this.socket.sendText(first, true).join();
	}

	@Override
	public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.text.append(data);
		if (last) {
			JsonNode body = MAPPER.readTree(this.text.toString()).path("body");
			this.text.setLength(0);
			this.receiver.accept(message(body.path("tag").asString(), body.path("val")));
		}
		socket.request(1);
		return null;
	}

	private static Message message(String tag, JsonNode value) {
		return tag.equals("Event")
				? new Message(tag, value.path("args"), value.has("pos") ? value.path("pos").asLong() : null)
				: new Message(tag, value, null);
	}

	@Override
	public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		this.closed.complete(code + " " + reason);
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		this.closed.complete(error.toString());
	}

	@Override
	public void join() {
		this.closed.join();
	}

	@Override
	public void close() {
		this.socket.abort();
		this.closed.complete("closed by the client");
	}

}
