package io.rivetevents.transport.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.util.context.ContextView;

import io.rivetevents.actor.ActorTarget;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.LinkSupport;

/**
 * One event stream from its request to its end. All fields are used on the event loop of
 * the socket alone.
 */
final class EventStreamConnection {

	/** Most of what one write takes at once; a longer item goes alone. */
	private static final int MAX_BATCH = 64 * 1024;

	/** What a client that reads no more gets to read the last item. */
	private static final long LAST_WORD_MILLIS = 1000;

	/** How long an {@code EventSource} waits before it opens the stream again. */
	private static final int MIN_RETRY_MILLIS = 1000;

	private static final int MAX_RETRY_MILLIS = 4000;

	private final Channel channel;

	private final EventLoop eventLoop;

	private final OutboundQueue queue;

	private final ClientLink link;

	private final EventStreamSettings settings;

	private final AtomicBoolean woken = new AtomicBoolean();

	private @Nullable FluxSink<byte[]> sink;

	private @Nullable ScheduledFuture<?> keepAlive;

	private long lastBatch;

	private boolean closed;

	EventStreamConnection(ServerWebExchange exchange, Channel channel, Supplier<ActorTarget> target,
			LinkSupport support, EventStreamSettings settings) {
		this.channel = channel;
		this.eventLoop = channel.eventLoop();
		this.queue = new OutboundQueue(Encoding.EVENT_STREAM, settings.outbound(), this::wake);
		this.link = new ClientLink(exchange, target, this.queue, support, settings.link(), this.eventLoop);
		this.settings = settings;
	}

	/**
	 * Live.
	 * @param hello the client's first message
	 * @param onEnd told when it is over
	 * @return what is to be written, as it is to be flushed
	 */
	Flux<byte[]> run(ToServer.Hello hello, Runnable onEnd) {
		return Flux.deferContextual((context) -> Flux.create((sink) -> this.eventLoop.execute(() -> {
			this.sink = sink;
			sink.onRequest((n) -> wake());
			sink.onDispose(() -> this.eventLoop.execute(() -> {
				end();
				onEnd.run();
			}));
			start(hello, context, sink);
		})));
	}

	/** Something comes at once, or proxies and browsers wait for it. */
	private void start(ToServer.Hello hello, ContextView context, FluxSink<byte[]> sink) {
		int retry = ThreadLocalRandom.current().nextInt(MIN_RETRY_MILLIS, MAX_RETRY_MILLIS);
		sink.next(": welcome\nretry: %d\n\n".formatted(retry).getBytes(StandardCharsets.US_ASCII));
		long period = this.settings.link().keepAlive().toMillis();
		this.keepAlive = this.eventLoop.scheduleAtFixedRate(this.link::keepAlive, period, period,
				TimeUnit.MILLISECONDS);
		TcpUserTimeout.set(this.channel, this.settings.link().keepAlive().multipliedBy(2));
		this.link.connect(hello, () -> null, context);
	}

	/** Something has changed in the queue, or the socket takes more. */
	private void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.eventLoop.execute(this::drain);
		}
	}

	private void drain() {
		// before the queue is looked at: who puts in after that look wakes again
		this.woken.set(false);
		FluxSink<byte[]> sink = this.sink;
		if (sink == null || this.closed) {
			return;
		}
		while (sink.requestedFromDownstream() > 0) {
			byte[] batch = batch();
			if (batch == null) {
				break;
			}
			sink.next(batch);
		}
		CloseReason reason = this.queue.closeReason();
		if (reason != null && (this.queue.isOverrun() || this.queue.isEmpty())) {
			close(sink);
		}
	}

	/** As many items as go into one write. */
	private byte @Nullable [] batch() {
		byte[] first = this.queue.poll();
		byte[] next = (first != null && first.length < MAX_BATCH) ? this.queue.poll() : null;
		if (first == null || next == null) {
			return first;
		}
		ByteArrayOutputStream batch = new ByteArrayOutputStream(2 * (first.length + next.length));
		batch.writeBytes(first);
		batch.writeBytes(next);
		while (batch.size() < MAX_BATCH) {
			next = this.queue.poll();
			if (next == null) {
				break;
			}
			batch.writeBytes(next);
		}
		return batch.toByteArray();
	}

	private void close(FluxSink<byte[]> sink) {
		this.closed = true;
		byte[] lastWord = this.queue.lastWord();
		if (lastWord != null) {
			sink.next(lastWord);
		}
		sink.complete();
		if (this.queue.isOverrun()) {
			// who reads nothing does not read the end either
			this.eventLoop.schedule(() -> this.channel.close(), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void end() {
		this.closed = true;
		if (this.keepAlive != null) {
			this.keepAlive.cancel(false);
		}
		this.link.end();
	}

	// What comes from the client, by requests of their own

	/**
	 * Take messages.
	 * @param sequence number of the request, {@code null} if the client does not count;
	 * one that has been seen is not handled again
	 * @param messages the messages
	 * @param size how many bytes they had
	 */
	void receive(@Nullable Long sequence, List<ToServer> messages, int size) {
		this.eventLoop.execute(() -> {
			if (sequence != null && sequence <= this.lastBatch) {
				return;
			}
			this.lastBatch = (sequence != null) ? sequence : this.lastBatch;
			messages.forEach((message) -> this.link.receive(message, size / messages.size()));
		});
	}

	/** Close since a request cannot be read. */
	void close(CloseReason reason) {
		this.queue.close(reason);
	}

	/** The client leaves. */
	void leave() {
		this.eventLoop.execute(() -> {
			if (this.sink != null && !this.closed) {
				this.closed = true;
				this.sink.complete();
			}
		});
	}

	/** Return what the client has asked for, {@code null} before it has been let in. */
	@Nullable ConnectRequest request() {
		return this.link.request();
	}

}
