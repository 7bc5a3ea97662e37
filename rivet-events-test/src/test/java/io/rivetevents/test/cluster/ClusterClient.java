/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client at one node that is subscribed to the entries of a book.
 */
final class ClusterClient implements WebSocket.Listener, AutoCloseable {

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private static final String HELLO = """
			{"body":{"tag":"Hello","val":{"subscriptions":[{"eventName":"added"}]}}}""";

	private static final String SUBSCRIBE = """
			{"body":{"tag":"SubscriptionRequest","val":{"eventName":"added","subscribe":true}}}""";

	private final boolean extended;

	private final StringBuilder message = new StringBuilder();

	/** Entries, and {@code resynced} where the client has missed some. */
	private final Queue<String> received = new ConcurrentLinkedQueue<>();

	private final CompletableFuture<String> closed = new CompletableFuture<>();

	private final WebSocket socket;

	private volatile int greetings;

	/**
	 * Connects.
	 * @param node where the client connects
	 * @param book key of the actor
	 * @param extended whether it uses the extended mode, otherwise the RivetKit protocol
	 */
	ClusterClient(ClusterProcess node, String book, boolean extended) {
		this.extended = extended;
		String[] more = extended ? new String[] { "rivet_encoding.json", "rivet_ext.1" }
				: new String[] { "rivet_encoding.json" };
		this.socket = HTTP.newWebSocketBuilder()
			.subprotocols("rivet", more)
			.buildAsync(
					URI.create(
							"ws://127.0.0.1:%d/rivet/gateway/book/connect?rvt-namespace=default&rvt-method=getOrCreate"
								.formatted(node.port()) + "&rvt-runner=default&rvt-crash-policy=sleep&rvt-key=" + book),
					this)
			.join();
		this.socket.sendText(extended ? HELLO : SUBSCRIBE, true).join();
		Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> this.greetings > 0);
	}

	@Override
	public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.message.append(data);
		if (last) {
			JsonNode body = MAPPER.readTree(this.message.toString()).path("body");
			this.message.setLength(0);
			receive(body.path("tag").asString(), body.path("val"));
		}
		socket.request(1);
		return null;
	}

	private void receive(String tag, JsonNode value) {
		if (tag.equals("Init")) {
			this.greetings++;
			if (this.greetings > 1) {
				this.received.add(value.path("outcome").path("kind").asString(value.path("outcome").toString()));
			}
		}
		else if (tag.equals("Event")) {
			this.received.add(value.path("args").path(0).asString());
		}
	}

	@Override
	public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		this.closed.complete(code + " " + reason);
		return null;
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		this.closed.complete(error.toString());
	}

	/** Returns what the client has received so far. */
	List<String> received() {
		return new ArrayList<>(this.received);
	}

	/** Waits for an entry. */
	void await(String entry) {
		Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> this.received.contains(entry));
	}

	/** Returns how the connection was closed, {@code null} if it is open. */
	String closed() {
		return this.closed.getNow(null);
	}

	boolean isExtended() {
		return this.extended;
	}

	@Override
	public void close() {
		this.socket.abort();
	}

}
