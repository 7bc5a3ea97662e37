/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.nio.charset.StandardCharsets;
import java.util.List;
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
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.RetryDelay;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.EventStream;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.TransportSession;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * One event stream, from its request to its end. All fields are used only on the event
 * loop of the socket.
 */
final class EventStreamLink implements TransportSession {

	/** Time for a client that reads too slowly to receive the last item. */
	private static final long LAST_WORD_MILLIS = 1000;

	private final Channel channel;

	private final EventLoop eventLoop;

	private final StreamBody body;

	private final OutboundQueue queue;

	private final ClientLink link;

	private final EventStreamSettings settings;

	private final Consumer<EventStreamLink> onIdentified;

	private final Consumer<EventStreamLink> onEnd;

	/** Cleared once it is handled, since a stream may stay open for days. */
	private @Nullable First first;

	private long lastBatch;

	private boolean closed;

	/**
	 * The first message of a client.
	 *
	 * @param hello the message
	 * @param bytes size of the body with it, 0 if it is in the URL
	 */
	record First(ToServer.Hello hello, int bytes) {
	}

	/**
	 * Creates a stream.
	 * @param opening the client's request
	 * @param first the client's first message
	 * @param exchange the request and the answer
	 * @param connection the network connection
	 * @param support services that all connections share
	 * @param io event loops and addresses of requests
	 * @param settings limits and timeouts
	 * @param onIdentified called once the connection has an id, before the client
	 * receives it
	 * @param onEnd called once, at the end of the stream
	 */
	EventStreamLink(PendingHandshake opening, First first, ServerWebExchange exchange, Connection connection,
			LinkServices support, LinkIo io, EventStreamSettings settings, Consumer<EventStreamLink> onIdentified,
			Consumer<EventStreamLink> onEnd) {
		this.first = first;
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
	 * Returns the parts of the body of a stream, each of which is flushed. The stream
	 * starts after the head of the answer is written, because it writes to the channel.
	 * At that time the pipeline also has the handlers that are added with the head, for
	 * example for compression. An answer that is never written allocates nothing.
	 * @param eventLoop the event loop of the socket
	 * @param opening creates the stream; called once, on the event loop, and released
	 * then, since it holds the request
	 */
	static Flux<Mono<ByteBuf>> body(EventLoop eventLoop, Supplier<EventStreamLink> opening) {
		Scheduler thread = Schedulers.fromExecutor(eventLoop);
		AtomicReference<@Nullable Supplier<EventStreamLink>> once = new AtomicReference<>(opening);
		Flux<ByteBuf> rest = Flux.defer(() -> {
			Supplier<EventStreamLink> first = once.getAndSet(null);
			return (first != null) ? first.get().run() : Flux.empty();
		});
		// Another thread may write the head, for example that of a session store, and
		// parts
		// are requested before they can be written. But a part is subscribed to only
		// after
		// the one before it is written.
		Sinks.Empty<Void> written = Sinks.empty();
		Mono<ByteBuf> mark = Mono.<ByteBuf>empty().doOnSubscribe((subscription) -> written.tryEmitEmpty());
		return Flux
			.concat(Mono.fromSupplier(EventStreamLink::welcome).map(Mono::just), Mono.just(mark),
					written.asMono().thenMany(rest.subscribeOn(thread)).map(Mono::just))
			.subscribeOn(thread);
	}

	/**
	 * WebFlux does not report the end of a body in all cases, so the close of the channel
	 * ends the stream, too.
	 */
	private Flux<ByteBuf> run() {
		this.channel.closeFuture().addListener((closed) -> this.link.execute(this::end));
		this.link.execute(this::start);
		return this.body.bytes().doFinally((signal) -> this.link.execute(this::end));
	}

	/**
	 * Returns the first bytes of a stream, with the delay after which an
	 * {@code EventSource} reconnects. They are sent at once, because proxies and browsers
	 * wait for them.
	 */
	private static ByteBuf welcome() {
		return Unpooled.copiedBuffer(": welcome\nretry: %d\n\n".formatted(RetryDelay.nextMillis()),
				StandardCharsets.US_ASCII);
	}

	private void start() {
		First first = this.first;
		this.first = null;
		if (this.closed || first == null) {
			return; // the socket was closed before the stream started
		}
		TcpUserTimeout.set(this.channel, this.settings.link().keepAlive().multipliedBy(2));
		this.link.start(first.hello(), first.bytes());
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
			// a client that does not read does not receive the end of the stream either
			this.eventLoop.schedule(() -> this.channel.close(), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/** Called at the end of the body and when the channel closes, in any order. */
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

	// Messages of the client, which arrive in separate requests

	/**
	 * Receives a request of the client.
	 * @param content what the client requests
	 * @throws RivetException if messages cannot be decoded, which closes the stream
	 */
	void receive(InboundRequest.Content content) {
		if (content instanceof InboundRequest.Messages messages) {
			receive(messages.sequence(), decode(messages.body()), messages.body().length);
		}
		else if (content instanceof InboundRequest.Unreadable unreadable) {
			this.queue.close(unreadable.reason());
		}
		else {
			this.link.execute(this::leave);
		}
	}

	private List<ToServer> decode(byte[] body) {
		try {
			return RequestFailures.reading(() -> EventStream.messages(body));
		}
		catch (RivetException ex) {
			this.queue.close(ex.closeReason());
			throw ex;
		}
	}

	/**
	 * A request with the number of an earlier one is ignored. The messages of a request
	 * count equally for its size.
	 */
	private void receive(@Nullable Long sequence, List<ToServer> messages, int bytes) {
		this.link.execute(() -> {
			if (sequence != null && sequence <= this.lastBatch) {
				return;
			}
			this.lastBatch = (sequence != null) ? sequence : this.lastBatch;
			messages.forEach((message) -> this.link.receive(message, bytes / messages.size()));
		});
	}

	/** Ends the stream at the request of its client. */
	private void leave() {
		if (!this.closed) {
			this.closed = true;
			this.body.complete();
		}
	}

	/** Returns the request of the client, {@code null} before it is accepted. */
	@Nullable ConnectRequest request() {
		return this.link.request();
	}

}
