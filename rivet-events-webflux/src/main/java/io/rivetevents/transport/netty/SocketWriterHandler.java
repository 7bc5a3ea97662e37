package io.rivetevents.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Reports to an outlet what its channel reports: that it takes more again, and that
 * something is lost for want of memory. For the transports; on the event loop of the
 * channel.
 */
public class SocketWriterHandler extends ChannelInboundHandlerAdapter {

	private final SocketWriter outlet;

	/**
	 * Creates a handler.
	 * @param outlet where messages of the channel go
	 */
	public SocketWriterHandler(SocketWriter outlet) {
		this.outlet = outlet;
	}

	/**
	 * Returns where messages of the channel go.
	 */
	protected final SocketWriter outlet() {
		return this.outlet;
	}

	/** Where a buffer cannot be had, what was to be written or read is lost. */
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
