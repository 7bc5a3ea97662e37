package io.rivetevents.transport.netty;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Writes framed messages to a channel, past the web stack: all that the channel takes as
 * one buffer, then one flush.
 */
public final class ChannelWriter extends SocketWriter {

	/**
	 * Most bytes of one write: fewer, larger ones are cheaper. A longer message goes
	 * alone.
	 */
	private static final int MAX_WRITE = 256 * 1024;

	/**
	 * The same for a socket that has not taken its last ones, or where memory is short.
	 */
	static final int MIN_WRITE = 16 * 1024;

	private final Channel channel;

	private final ChannelHandlerContext codec;

	private final Framing framing;

	private final EventLoopWriters loop;

	private boolean moving;

	private int maxWrite = MAX_WRITE;

	/**
	 * Create an outlet.
	 * @param codec context of the handler that makes bytes of frames; what is written
	 * goes past it
	 * @param framing does its work instead
	 * @param encoding how messages are written
	 * @param limits bounds of the queue
	 * @param outlets those of the node
	 * @param ending ends the socket
	 */
	public ChannelWriter(ChannelHandlerContext codec, Framing framing, Encoding encoding, OutboundQueue.Limits limits,
			ChannelWriters outlets, Ending ending) {
		super(encoding, limits, ending);
		this.channel = codec.channel();
		this.codec = codec;
		this.framing = framing;
		this.loop = outlets.of(this.channel.eventLoop());
	}

	/** The channel takes more again, or no more. */
	public void writabilityChanged() {
		if (!this.moving && this.channel.isWritable()) {
			wake();
		}
	}

	@Override
	void schedule() {
		this.loop.add(this);
	}

	/**
	 * As much as the channel takes, then a flush, and again if the socket took it all.
	 */
	@Override
	void moveMessages() {
		this.moving = true;
		boolean written = true;
		boolean any = false;
		while (written) {
			written = false;
			while (takesMore()) {
				ByteBuf bytes = this.loop.bytes().take(queue(), this.framing, this.maxWrite, this.channel.alloc());
				if (bytes == null) {
					break;
				}
				this.codec.write(bytes, this.channel.voidPromise());
				written = true;
			}
			if (written) {
				this.codec.flush();
				any = true;
			}
		}
		this.moving = false;
		if (any) {
			note(this.channel.unsafe().outboundBuffer());
		}
	}

	/** Where memory is short a socket gets little, and only once it has taken all. */
	private boolean takesMore() {
		if (!this.channel.isWritable()) {
			return false;
		}
		if (!this.loop.isPressed()) {
			return true;
		}
		this.maxWrite = MIN_WRITE;
		return !isPending(this.channel.unsafe().outboundBuffer());
	}

	/** A socket that does not take all that it is given is given less the next time. */
	private void note(@Nullable ChannelOutboundBuffer pending) {
		if (isPending(pending)) {
			this.maxWrite = MIN_WRITE;
			this.loop.list(this);
		}
		else if (this.maxWrite < MAX_WRITE) {
			this.maxWrite *= 2;
		}
	}

	private static boolean isPending(@Nullable ChannelOutboundBuffer buffer) {
		return buffer != null && buffer.totalPendingWriteBytes() > 0;
	}

	@Override
	long held() {
		return held(this.channel);
	}

	/**
	 * Return how much memory a channel holds: the first of its buffers is held whole,
	 * however much of it has been written.
	 */
	static long held(Channel channel) {
		ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
		if (pending == null) {
			return 0;
		}
		long written = (pending.current() instanceof ByteBuf first) ? first.capacity() - first.readableBytes() : 0;
		return pending.totalPendingWriteBytes() + written;
	}

	/** Nobody says that little has been taken. */
	@Override
	void look() {
		if (this.channel.isWritable()) {
			wake();
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

	/** It is flushed with what follows. */
	@Override
	public void write(byte[] message) {
		ByteBuf bytes = SharedBytes.frame(List.of(message), this.framing, this.channel.alloc());
		this.codec.write(bytes, this.channel.voidPromise());
	}

}
