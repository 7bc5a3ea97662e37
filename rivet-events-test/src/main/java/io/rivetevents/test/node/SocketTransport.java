/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client over a real WebSocket.
 */
public final class SocketTransport implements ClientTransport, WebSocket.Listener {

	private static final HttpClient client = HttpClient.newHttpClient();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Encoding encoding;

	private final ClientFrames frames;

	private final Receiver receiver;

	private final URI uri;

	private final Map<String, List<String>> headers;

	private final List<String> subprotocols;

	private final StringBuilder partial = new StringBuilder();

	private @Nullable WebSocket socket;

	private volatile boolean ended;

	/**
	 * Creates a client that is not connected.
	 * @param uri URI of the socket
	 * @param headers headers of its request
	 * @param subprotocols its subprotocols, in order
	 * @param encoding its encoding, one of JSON
	 * @param receiver receives what the server sends, by a thread of the HTTP client
	 */
	public SocketTransport(URI uri, Map<String, List<String>> headers, List<String> subprotocols, Encoding encoding,
			Receiver receiver) {
		this.uri = uri;
		this.headers = headers;
		this.subprotocols = subprotocols;
		this.encoding = encoding;
		this.frames = new ClientFrames(encoding);
		this.receiver = receiver;
	}

	/** Waits for the answer to the handshake. */
	@Override
	public void open() {
		WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
		this.headers.forEach((name, values) -> values.forEach((value) -> builder.header(name, value)));
		String[] others = this.subprotocols.stream().skip(1).toArray(String[]::new);
		try {
			this.socket = builder.subprotocols(this.subprotocols.get(0), others).buildAsync(this.uri, this).join();
		}
		catch (CompletionException ex) {
			throw new AssertionError("The server has not accepted the WebSocket %s".formatted(this.uri), ex);
		}
	}

	private WebSocket socket() {
		WebSocket socket = this.socket;
		if (socket == null) {
			throw new IllegalStateException("The client is not connected");
		}
		return socket;
	}

	@Override
	public void send(ToServer message) {
		byte[] frame = this.frames.encode(message);
		CompletableFuture<WebSocket> sent = this.encoding.isText()
				? socket().sendText(new String(frame, StandardCharsets.UTF_8), true)
				: socket().sendBinary(java.nio.ByteBuffer.wrap(frame), true);
		sent.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	@Override
	public void cut() {
		socket().abort();
		end(null);
	}

	@Override
	public void close() {
		socket().sendClose(WebSocket.NORMAL_CLOSURE, "").orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
		end(null);
	}

	@Override
	public void read(boolean reading) {
		throw new UnsupportedOperationException(
				"A client over a real socket cannot stop reading: remove rivet.test.transport=websocket");
	}

	@Override
	public void expire() {
		throw new UnsupportedOperationException(
				"The test cannot let the credentials of a client over a real socket expire: remove rivet.test.transport=websocket");
	}

	@Override
	public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
		this.partial.append(data);
		if (last) {
			String text = this.partial.toString();
			this.partial.setLength(0);
			receive(this.frames.decode(text.getBytes(StandardCharsets.UTF_8)));
		}
		socket.request(1);
		return CompletableFuture.completedStage(null);
	}

	private void receive(ToClient message) {
		if (!this.ended) {
			this.receiver.received(message);
		}
	}

	@Override
	public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
		end(new CloseReason(code, reason));
		return CompletableFuture.completedStage(null);
	}

	@Override
	public void onError(WebSocket socket, Throwable error) {
		end(null);
	}

	private synchronized void end(@Nullable CloseReason reason) {
		if (!this.ended) {
			this.ended = true;
			this.receiver.ended(reason);
		}
	}

}
