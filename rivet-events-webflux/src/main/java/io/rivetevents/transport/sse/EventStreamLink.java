package io.rivetevents.transport.sse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.TransportSession;
import io.rivetevents.transport.webflux.LinkIo;

/**
 * One event stream from its request to its end. All fields are used on the event loop of
 * the socket alone.
 */
final class EventStreamLink implements TransportSession {

	/** What a client that reads no more gets to read the last item. */
	private static final long LAST_WORD_MILLIS = 1000;

	/** How long an {@code EventSource} waits before it opens the stream again. */
	private static final int MIN_RETRY_MILLIS = 1000;

	private static final int MAX_RETRY_MILLIS = 4000;

	private final Channel channel;

	private final EventLoop eventLoop;

	private final StreamBody body;

	private final OutboundQueue queue;

	private final ClientLink link;

	private final EventStreamSettings settings;

	private final Consumer<EventStreamLink> onIdentified;

	private final Consumer<EventStreamLink> onEnd;

	/** Until it is handled: a stream may stay for days. */
	private ToServer.@Nullable Hello hello;

	private long lastBatch;

	private boolean closed;

	/**
	 * Create a stream.
	 * @param opening what the client has come with
	 * @param hello the client's first message
	 * @param exchange its request and answer
	 * @param connection its connection
	 * @param support what links share
	 * @param io how it reads and writes
	 * @param settings limits and times
	 * @param onIdentified told the id of the connection, before the client is
	 * @param onEnd told when it is over, once
	 */
	EventStreamLink(PendingHandshake opening, ToServer.Hello hello, ServerWebExchange exchange, Connection connection,
			LinkServices support, LinkIo io, EventStreamSettings settings, Consumer<EventStreamLink> onIdentified,
			Consumer<EventStreamLink> onEnd) {
		this.hello = hello;
		this.channel = connection.channel();
		this.eventLoop = LinkIo.eventLoopOf(this.channel);
		this.body = StreamBody.open(exchange, connection, settings.outbound(), io, this::close);
		this.queue = this.body.outlet().queue();
		this.link = new ClientLink(opening, this.queue, support, settings.link(), this.eventLoop, this);
		this.settings = settings;
		this.onIdentified = onIdentified;
		this.onEnd = onEnd;
	}

	/**
	 * Returns the body of a stream, each buffer of which is to be flushed. The stream
	 * begins behind the head of the answer: handlers that are added with the head, such
	 * as that of compression, are in the pipeline by then, and what is never written has
	 * taken nothing.
	 * @param eventLoop the event loop of the socket
	 * @param opening begins the stream, on the event loop and once; it is let go then,
	 * since it holds the request
	 */
	static Flux<ByteBuf> body(EventLoop eventLoop, Supplier<EventStreamLink> opening) {
		AtomicReference<@Nullable Supplier<EventStreamLink>> once = new AtomicReference<>(opening);
		Flux<ByteBuf> rest = Flux.defer(() -> {
			Supplier<EventStreamLink> first = once.getAndSet(null);
			return (first != null) ? first.get().run() : Flux.empty();
		});
		return Flux.concat(Mono.fromSupplier(EventStreamLink::welcome), rest)
			.subscribeOn(Schedulers.fromExecutor(eventLoop));
	}

	/** The web stack does not tell of the end of a body in all cases. */
	private Flux<ByteBuf> run() {
		this.channel.closeFuture().addListener((closed) -> this.link.execute(this::end));
		this.link.execute(this::start);
		return this.body.bytes().doFinally((signal) -> this.link.execute(this::end));
	}

	/** Something comes at once, or proxies and browsers wait for it. */
	private static ByteBuf welcome() {
		int retry = ThreadLocalRandom.current().nextInt(MIN_RETRY_MILLIS, MAX_RETRY_MILLIS);
		return Unpooled.copiedBuffer(": welcome\nretry: %d\n\n".formatted(retry), StandardCharsets.US_ASCII);
	}

	private void start() {
		ToServer.Hello hello = this.hello;
		this.hello = null;
		if (this.closed || hello == null) {
			return; // its socket was closed right behind the request
		}
		TcpUserTimeout.set(this.channel, this.settings.link().keepAlive().multipliedBy(2));
		this.link.start(hello);
	}

	@Override
	public void onIdentified(ConnectRequest request) {
		this.onIdentified.accept(this);
	}

	@Override
	public boolean isClosed() {
		return this.closed;
	}

	@Override
	public void cut() {
		this.channel.close();
	}

	private void close(CloseReason reason, byte @Nullable [] lastWord) {
		this.closed = true;
		if (lastWord != null) {
			this.body.outlet().write(lastWord);
		}
		this.body.complete();
		if (this.queue.isOverrun()) {
			// who reads nothing does not read the end either
			this.eventLoop.schedule(() -> this.channel.close(), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/** By whatever comes first: the end of the body or of the socket. */
	private void end() {
		this.closed = true;
		this.body.outlet().close();
		try {
			this.link.end();
		}
		finally {
			this.onEnd.accept(this);
		}
	}

	// What comes from the client, by requests of their own

	/**
	 * Take messages.
	 * @param sequence number of the request, {@code null} if the client does not count;
	 * one that has been seen is not handled again
	 * @param messages the messages
	 */
	void receive(@Nullable Long sequence, List<ToServer> messages) {
		this.link.execute(() -> {
			if (sequence != null && sequence <= this.lastBatch) {
				return;
			}
			this.lastBatch = (sequence != null) ? sequence : this.lastBatch;
			messages.forEach(this.link::receive);
		});
	}

	/** Close since a request cannot be read. */
	void close(CloseReason reason) {
		this.queue.close(reason);
	}

	/** The client leaves. */
	void leave() {
		this.link.execute(() -> {
			if (!this.closed) {
				this.closed = true;
				this.body.complete();
			}
		});
	}

	/** Return what the client has asked for, {@code null} before it has been let in. */
	@Nullable ConnectRequest request() {
		return this.link.request();
	}

}
