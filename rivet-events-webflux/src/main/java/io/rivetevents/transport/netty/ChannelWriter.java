/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Writes framed messages directly to a channel, without WebFlux: as one buffer of all
 * messages that the channel accepts, followed by one flush.
 */
public final class ChannelWriter extends SocketWriter {

	/**
	 * Maximum number of bytes of one write; a longer message is written alone. Few large
	 * writes are cheaper than many small ones.
	 */
	private static final int MAX_WRITE = 256 * 1024;

	/**
	 * The maximum for a socket that did not accept its last writes completely, or if
	 * memory is short.
	 */
	static final int MIN_WRITE = 16 * 1024;

	private final Channel channel;

	private final ChannelHandlerContext codec;

	private final Framing framing;

	private final EventLoopWriters loop;

	private boolean moving;

	private int maxWrite = MAX_WRITE;

	/**
	 * Creates the writer.
	 * @param codec context of the handler that encodes frames; messages are written
	 * behind it
	 * @param framing encodes frames in its place
	 * @param encoding encoding of the messages
	 * @param limits limits of the queue
	 * @param outlets writers of the node
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

	/** Called when the channel becomes writable or stops being writable. */
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
	 * Writes as much as the channel accepts and flushes, and repeats this while the
	 * socket accepts everything.
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

	/**
	 * If memory is short, a socket gets little at once, and the next part only after it
	 * has accepted everything.
	 */
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

	/** Reduces the next write of a socket that did not accept everything. */
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
	 * Returns how many bytes of memory a channel holds. The first of its buffers counts
	 * completely, however much of it is written.
	 */
	static long held(Channel channel) {
		ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
		if (pending == null) {
			return 0;
		}
		long written = (pending.current() instanceof ByteBuf first) ? first.capacity() - first.readableBytes() : 0;
		return pending.totalPendingWriteBytes() + written;
	}

	/**
	 * The channel does not report that it is writable again if it never stopped being so.
	 */
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

	/** The message is flushed with the ones that follow. */
	@Override
	public void write(byte[] message) {
		ByteBuf bytes = SharedBytes.frame(List.of(message), this.framing, this.channel.alloc());
		this.codec.write(bytes, this.channel.voidPromise());
	}

}
