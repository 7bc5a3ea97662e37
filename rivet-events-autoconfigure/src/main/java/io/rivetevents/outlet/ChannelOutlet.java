package io.rivetevents.outlet;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.protocol.Encoding;

/**
 * Writes framed messages to a channel, past the web stack: all that the channel takes as
 * one buffer, then one flush.
 */
public final class ChannelOutlet extends Outlet {

	private static final Log logger = LogFactory.getLog(ChannelOutlet.class);

	/**
	 * Most bytes of one write: fewer, larger ones are cheaper. A longer message goes
	 * alone.
	 */
	private static final int MAX_WRITE = 256 * 1024;

	private final Channel channel;

	private final ChannelHandlerContext codec;

	private final Framing framing;

	private final EventLoopOutlets loop;

	private @Nullable ChannelOutlet next;

	private boolean moving;

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
	public ChannelOutlet(ChannelHandlerContext codec, Framing framing, Encoding encoding, OutboundQueue.Limits limits,
			ChannelOutlets outlets, Ending ending) {
		super(encoding, limits, ending);
		this.channel = codec.channel();
		this.codec = codec;
		this.framing = framing;
		this.loop = outlets.of(this.channel.eventLoop());
	}

	@Nullable ChannelOutlet next() {
		return this.next;
	}

	void setNext(@Nullable ChannelOutlet next) {
		this.next = next;
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

	@Override
	void drain() {
		try {
			super.drain();
		}
		catch (RuntimeException ex) {
			logger.error("Closes a socket that cannot be written to: " + this.channel, ex);
			close();
			this.channel.close();
		}
	}

	/**
	 * As much as the channel takes, then a flush, and again if the socket took it all.
	 */
	@Override
	void moveMessages() {
		this.moving = true;
		boolean written = true;
		while (written) {
			written = false;
			while (this.channel.isWritable()) {
				ByteBuf bytes = this.loop.bytes().take(queue(), this.framing, MAX_WRITE, this.channel.alloc());
				if (bytes == null) {
					break;
				}
				this.codec.write(bytes, this.channel.voidPromise());
				written = true;
			}
			if (written) {
				this.codec.flush();
			}
		}
		this.moving = false;
	}

	/** It is flushed with what follows. */
	@Override
	public void write(byte[] message) {
		int size = this.framing.size(message);
		ByteBuf bytes = this.channel.alloc().directBuffer(size, size);
		this.framing.write(message, bytes);
		this.codec.write(bytes, this.channel.voidPromise());
	}

}
