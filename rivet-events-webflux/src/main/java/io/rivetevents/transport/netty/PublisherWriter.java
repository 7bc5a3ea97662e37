/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Passes messages to WebFlux, which works with every server and protocol. WebFlux
 * requests many at once; it gets the next ones when it has {@linkplain #wrap released}
 * the previous ones and the channel is writable.
 */
public final class PublisherWriter extends SocketWriter {

	private static final Log logger = LogFactory.getLog(PublisherWriter.class);

	/**
	 * Maximum number of bytes that are passed at once; a longer message is passed alone.
	 */
	private static final int MAX_BATCH = 64 * 1024;

	private final Channel channel;

	/** Kept here, because a closed channel returns none. */
	private final EventLoop eventLoop;

	private final EventLoopWriters loop;

	private final Writability writability = new Writability();

	private @Nullable FluxSink<List<byte[]>> sink;

	/** Number of bytes that WebFlux has received and not released. */
	private long handed;

	/** Number of bytes that are counted for the node. */
	private long counted;

	/**
	 * Creates the writer.
	 * @param channel channel of the socket, or of one stream in it
	 * @param encoding encoding of the messages
	 * @param limits limits of the queue
	 * @param outlets writers of the node
	 * @param ending ends the socket
	 */
	public PublisherWriter(Channel channel, Encoding encoding, OutboundQueue.Limits limits, ChannelWriters outlets,
			Ending ending) {
		super(encoding, limits, ending);
		this.channel = channel;
		this.eventLoop = channel.eventLoop();
		this.loop = outlets.of(this.eventLoop);
	}

	/**
	 * Returns the messages in lists, each of which is to be flushed together. Completes
	 * after {@link #complete()}.
	 */
	public Flux<List<byte[]>> messages() {
		return Flux.create((sink) -> this.eventLoop.execute(() -> {
			this.sink = sink;
			this.channel.pipeline().addFirst(this.writability);
			sink.onRequest((n) -> wake());
			wake();
			if (isClosed()) {
				sink.complete(); // closed before the subscription
			}
		}));
	}

	/**
	 * Returns a buffer of one or several messages. Its release means that WebFlux has
	 * written them.
	 * @param messages bytes that {@link #messages()} has returned
	 */
	public ByteBuf wrap(byte[] messages) {
		return new Handed(messages);
	}

	/** Bytes that WebFlux holds until it releases them. */
	private final class Handed extends UnpooledHeapByteBuf {

		private final int size;

		Handed(byte[] bytes) {
			super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes.length);
			this.size = bytes.length;
		}

		@Override
		protected void deallocate() {
			super.deallocate();
			passedOn(this.size);
		}

	}

	private void passedOn(int size) {
		if (!this.eventLoop.inEventLoop()) {
			execute(() -> passedOn(size));
			return;
		}
		this.handed -= size;
		if (this.handed == 0) {
			wake();
		}
	}

	private void execute(Runnable task) {
		try {
			this.eventLoop.execute(task);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Nothing is written: the event loop and its sockets are closed", ex);
		}
	}

	@Override
	void schedule() {
		execute(this::drain);
	}

	@Override
	void moveMessages() {
		FluxSink<List<byte[]>> sink = this.sink;
		while (sink != null && takesMore(sink)) {
			List<byte[]> batch = new ArrayList<>();
			if (queue().drainTo(batch, this.loop.isPressed() ? ChannelWriter.MIN_WRITE : MAX_BATCH) == 0) {
				break;
			}
			hand(batch, sink);
		}
		if (held() > 0) {
			this.loop.list(this);
			if (this.loop.sending().isExceeded()) {
				this.loop.relieve();
			}
		}
	}

	private boolean takesMore(FluxSink<List<byte[]>> sink) {
		return sink.requestedFromDownstream() > 0 && this.handed == 0 && this.channel.isWritable();
	}

	private void hand(List<byte[]> batch, FluxSink<List<byte[]>> sink) {
		for (byte[] message : batch) {
			this.handed += message.length;
		}
		sink.next(batch);
	}

	@Override
	long held() {
		long held = isClosed() ? 0 : this.handed + ChannelWriter.held(this.channel);
		this.loop.sending().acquire(held - this.counted);
		this.counted = held;
		return held;
	}

	@Override
	void look() {
		wake();
	}

	@Override
	public void write(byte[] message) {
		if (this.sink != null) {
			hand(List.of(message), this.sink);
		}
	}

	/** Completes the messages. Called on the thread of the socket. */
	public void complete() {
		close();
		if (this.channel.pipeline().context(this.writability) != null) {
			this.channel.pipeline().remove(this.writability);
		}
		if (this.sink != null) {
			this.sink.complete();
		}
	}

	@Override
	void abort() {
		this.channel.close();
	}

	@Override
	public String toString() {
		return this.channel.toString();
	}

	/** Continues when the channel becomes writable. */
	private final class Writability extends ChannelInboundHandlerAdapter {

		@Override
		public void channelWritabilityChanged(ChannelHandlerContext context) {
			if (context.channel().isWritable()) {
				wake();
			}
			context.fireChannelWritabilityChanged();
		}

	}

}
