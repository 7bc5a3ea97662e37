/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reports events of a channel to its writer: that it is writable again, and errors such
 * as a lack of memory. Used by the transports, on the event loop of the channel.
 */
public class SocketWriterHandler extends ChannelInboundHandlerAdapter {

	private final SocketWriter outlet;

	/**
	 * Creates the handler.
	 * @param outlet writer of the channel
	 */
	public SocketWriterHandler(SocketWriter outlet) {
		this.outlet = outlet;
	}

	/**
	 * Returns the writer of the channel.
	 */
	protected final SocketWriter outlet() {
		return this.outlet;
	}

	/** If no buffer can be allocated, the data to write or read is lost. */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof Error) {
			this.outlet.fail(ex);
		}
		else {
			context.fireExceptionCaught(ex);
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (this.outlet instanceof ChannelWriter channelOutlet) {
			channelOutlet.writabilityChanged();
		}
		context.fireChannelWritabilityChanged();
	}

}
