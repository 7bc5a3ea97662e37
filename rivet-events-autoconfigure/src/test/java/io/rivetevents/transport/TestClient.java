/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client of the protocol on a real connection. The encoding determines the transport.
 */
public abstract class TestClient implements AutoCloseable {

	protected static final long PATIENCE_SECONDS = 10;

	protected static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);

	private static final JsonMapper MAPPER = new JsonMapper();

	/** Subscribes to nothing. */
	public static final ToServer.Hello HELLO = new ToServer.Hello(List.of(), null, null, null, null, null);

	private final BlockingQueue<ToClient> messages = new LinkedBlockingQueue<>();

	/** What the extended mode adds, events included. */
	private final BlockingQueue<Received> extended = new LinkedBlockingQueue<>();

	protected final Sinks.One<CloseStatus> closed = Sinks.one();

	public static String query(String actor, String key, String route) {
		return "/gateway/%s/%s?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=%s&rvt-crash-policy=sleep"
			.formatted(actor, route, key);
	}

	/** Connect to an instance and wait for the welcome. */
	public static TestClient connect(String base, Encoding encoding, String actor, String key) {
		if (!encoding.isExtended()) {
			return TestSocket.connect(base, encoding, actor, key);
		}
		TestClient client = connect(base, encoding, actor, key, HELLO);
		client.next("Init");
		return client;
	}

	/** Connect to an instance in the extended mode. */
	public static TestClient connect(String base, Encoding encoding, String actor, String key, ToServer.Hello hello) {
		if (encoding == Encoding.EVENT_STREAM) {
			return TestStream.post(base, query(actor, key, "sse"), hello);
		}
		TestSocket socket = TestSocket.open(base + query(actor, key, "connect"), encoding, new HttpHeaders());
		socket.send(hello);
		return socket;
	}

	protected void onMessage(ToClient message) {
		this.messages.add(message);
	}

	protected void onExtended(Received received) {
		this.extended.add(received);
		ToClient plain = received.plain();
		if (plain != null) {
			this.messages.add(plain);
		}
	}

	public void call(long id, String action, Object... args) {
		send(request(id, action, ToServer.CallOptions.NONE, args));
	}

	public static ToServer.ActionRequest request(long id, String action, ToServer.CallOptions options, Object... args) {
		List<JsonNode> trees = Stream.of(args).<JsonNode>map(MAPPER::valueToTree).toList();
		return new ToServer.ActionRequest(id, action, trees, options);
	}

	public void subscribe(String event) {
		send(new ToServer.SubscriptionRequest(event, true));
	}

	public abstract void send(ToServer message);

	public abstract void sendRaw(byte[] bytes);

	/** The next message of the plain protocol, which must be of a kind. */
	public <T extends ToClient> T next(Class<T> kind) {
		return kind.cast(poll(this.messages));
	}

	/** The next message of the extended mode, whatever it is. */
	public Received nextExtended() {
		Received next = poll(this.extended);
		if (next == null) {
			throw new AssertionError("No message came");
		}
		return next;
	}

	/** The next message of a tag; others before it are passed over. */
	public Received next(String tag) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		Received next = nextExtended();
		while (!next.tag().equals(tag)) {
			if (System.nanoTime() > deadline) {
				throw new AssertionError("No %s came, but %s".formatted(tag, next));
			}
			next = nextExtended();
		}
		return next;
	}

	private static <T> @Nullable T poll(BlockingQueue<T> queue) {
		try {
			return queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public CloseStatus closed() {
		return this.closed.asMono().block(PATIENCE);
	}

	public boolean isSilent() {
		return this.messages.isEmpty();
	}

	/** Break the connection: no word of farewell. */
	public abstract void cut();

	@Override
	public abstract void close();

	/** The message of a client that resumes after a welcome and the events after it. */
	public static ToServer.Resume resume(Received init, long position) {
		return new ToServer.Resume(new Position(init.text("epoch"), position), init.text("stream"),
				init.text("secret"));
	}

	protected static CloseStatus status(Received close) {
		return close.text("code").equals("disconnected") ? new CloseStatus(1000, close.text("message"))
				: new CloseStatus(1011, close.text("group") + "." + close.text("code"));
	}

	protected static byte[] encode(Encoding encoding, ToServer message) {
		return ExtendedClientCodec.encode(encoding, message);
	}

}
