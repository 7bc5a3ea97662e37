package io.rivetevents.transport.websocket;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Keeps what Netty says of a socket that ends between two fragments of a message to
 * debug: the end itself is told by the channel, and a client may do so at any time.
 * Stands behind the handler that joins fragments.
 */
@Sharable
final class EndWithinMessage extends ChannelInboundHandlerAdapter {

	static final EndWithinMessage INSTANCE = new EndWithinMessage();

	private static final Log logger = LogFactory.getLog(EndWithinMessage.class);

	private EndWithinMessage() {
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof PrematureChannelClosureException) {
			logger.debug("A socket ended within a message", ex);
			return;
		}
		context.fireExceptionCaught(ex);
	}

}
