/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

import tools.jackson.databind.JsonNode;

/**
 * A client over WebSocket.
 */
final class WebSocketClient extends StreamClient {

	private final HttpClient http;

	private volatile WebSocket socket;

	WebSocketClient(HttpClient http, String ledger, List<Node> nodes, int home) {
		super(ledger, nodes, home);
		this.http = http;
	}

	@Override
	void open(Node node, int number, String path, String hello) {
		this.http.newWebSocketBuilder()
			.subprotocols("rivet", "rivet_encoding.json", "rivet_ext.1")
			.connectTimeout(Duration.ofSeconds(15))
			.buildAsync(URI.create("ws://" + node.host() + path.formatted("connect")), new Listener(number))
			.whenComplete((socket, ex) -> {
				if (ex != null) {
					ended(number, ex.toString());
				}
				else {
					this.socket = socket;
					socket.sendText("{\"body\":{\"tag\":\"Hello\",\"val\":%s}}".formatted(hello), true);
				}
			});
	}

	@Override
	void abort() {
		WebSocket socket = this.socket;
		if (socket != null) {
			socket.abort();
		}
	}

	private final class Listener implements WebSocket.Listener {

		private final int number;

		private final StringBuilder message = new StringBuilder();

		Listener(int number) {
			this.number = number;
		}

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.message.append(data);
			if (last) {
				JsonNode body = Node.MAPPER.readTree(this.message.toString()).path("body");
				this.message.setLength(0);
				receive(this.number, body.path("tag").asString(), body.path("val"));
			}
			socket.request(1);
			return null;
		}

		@Override
		public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
			ended(this.number, code + " " + reason);
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable error) {
			ended(this.number, error.toString());
		}

	}

}
