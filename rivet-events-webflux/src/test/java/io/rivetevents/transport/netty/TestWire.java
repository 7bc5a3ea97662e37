/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.jspecify.annotations.Nullable;

/**
 * A channel without a socket. It counts what is written to it, and where its buffers are.
 * Its clock stands still.
 */
final class TestWire extends ChannelDuplexHandler {

	/** Each message is a line. */
	static final Framing LINES = new Lines();

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

	private @Nullable Throwable failure;

	private final EmbeddedChannel channel = new EmbeddedChannel(this, new ChannelInboundHandlerAdapter());

	private final List<ChannelWriter> outlets = new ArrayList<>();

	private final List<ByteBuf> written = new ArrayList<>();

	private final StringBuilder sent = new StringBuilder();

	private int flushes;

	private boolean holding;

	TestWire() {
		this.channel.freezeTime();
		this.channel.config().setAllocator(new FailingAllocator());
		this.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1024 * 1024, 2 * 1024 * 1024));
	}

	/** Past which outlets write. */
	ChannelHandlerContext codec() {
		return this.channel.pipeline().lastContext();
	}

	EmbeddedChannel channel() {
		return this.channel;
	}

	/** Tell an outlet when the channel takes more. */
	ChannelWriter connect(ChannelWriter outlet) {
		this.outlets.add(outlet);
		return outlet;
	}

	/** No buffer is to be had from now on. */
	void failAllocations(Throwable failure) {
		this.failure = failure;
	}

	@SuppressWarnings("unchecked")
	static <E extends Throwable> void sneakyThrow(Throwable failure) throws E {
		throw (E) failure;
	}

	/** The socket takes nothing from now on, the channel one buffer. */
	void hold() {
		this.holding = true;
		this.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
	}

	/** The socket takes what it was offered, and all that follows. */
	void letGo() {
		this.holding = false;
		this.channel.pipeline().firstContext().flush();
	}

	void run() {
		this.channel.runPendingTasks();
	}

	void advance(long millis) {
		this.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
		this.channel.runPendingTasks();
	}

	/** The messages that the socket has got; their buffers are released. */
	List<String> sent() {
		for (ByteBuf bytes = this.channel.readOutbound(); bytes != null; bytes = this.channel.readOutbound()) {
			this.sent.append(bytes.toString(StandardCharsets.UTF_8));
			bytes.release();
		}
		return this.sent.toString().lines().toList();
	}

	/** The buffers that were written, in their order. */
	List<ByteBuf> written() {
		return this.written;
	}

	int flushes() {
		return this.flushes;
	}

	/** Bytes of buffers that have not been released. */
	long usedMemory() {
		return this.allocator.metric().usedDirectMemory() + this.allocator.metric().usedHeapMemory();
	}

	void close() {
		advance(1_000);
		this.channel.finishAndReleaseAll();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		this.written.add((ByteBuf) message);
		context.write(message, promise);
	}

	@Override
	public void flush(ChannelHandlerContext context) {
		this.flushes++;
		if (!this.holding) {
			context.flush();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		this.outlets.forEach(ChannelWriter::writabilityChanged);
	}

	/** Has buffers until it is told that there are none. */
	private final class FailingAllocator extends AbstractByteBufAllocator {

		@Override
		protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
			return TestWire.this.allocator.heapBuffer(initialCapacity, maxCapacity);
		}

		@Override
		protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
			Throwable failure = TestWire.this.failure;
			if (failure != null) {
				sneakyThrow(failure);
			}
			return TestWire.this.allocator.directBuffer(initialCapacity, maxCapacity);
		}

		@Override
		public boolean isDirectBufferPooled() {
			return false;
		}

	}

	private static final class Lines implements Framing {

		@Override
		public int size(byte[] message) {
			return message.length + 1;
		}

		@Override
		public void write(byte[] message, ByteBuf out) {
			out.writeBytes(message).writeByte('\n');
		}

	}

}
