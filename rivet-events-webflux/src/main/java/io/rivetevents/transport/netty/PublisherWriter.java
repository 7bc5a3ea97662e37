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
 * Hands messages to a web stack that asks for them, which every server and every protocol
 * below can do. A web stack asks for many at once; it gets the next ones when it has
 * {@linkplain #wrap released} those before, and the channel takes more.
 */
public final class PublisherWriter extends SocketWriter {

	private static final Log logger = LogFactory.getLog(PublisherWriter.class);

	/** Most bytes that are handed over at once; a longer message goes alone. */
	private static final int MAX_BATCH = 64 * 1024;

	private final Channel channel;

	/** A channel forgets it when it is closed. */
	private final EventLoop eventLoop;

	private final EventLoopWriters loop;

	private final Writability writability = new Writability();

	private @Nullable FluxSink<List<byte[]>> sink;

	/** Bytes that the web stack has been given and has not passed on. */
	private long handed;

	/** Bytes that are counted for the node. */
	private long counted;

	/**
	 * Create an outlet.
	 * @param channel the channel of the socket, or of one stream in it
	 * @param encoding how messages are written
	 * @param limits bounds of the queue
	 * @param outlets those of the node
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
	 * Return the messages, some at a time, each of which is to be flushed together; they
	 * end once they are {@linkplain #complete() said to}.
	 */
	public Flux<List<byte[]>> messages() {
		return Flux.create((sink) -> this.eventLoop.execute(() -> {
			this.sink = sink;
			this.channel.pipeline().addFirst(this.writability);
			sink.onRequest((n) -> wake());
			wake();
			if (isClosed()) {
				sink.complete(); // closed before somebody was there to be told
			}
		}));
	}

	/**
	 * Returns a buffer of messages, or of several in one. Its release says that they have
	 * been passed on.
	 * @param messages bytes that {@link #messages()} has given
	 */
	public ByteBuf wrap(byte[] messages) {
		return new Handed(messages);
	}

	/** Bytes that the web stack holds until it releases them. */
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
			logger.debug("The event loop has ended, and its sockets with it", ex);
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

	/** End the messages. On the thread of the socket. */
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

	/** Tells when the channel takes more again. */
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
