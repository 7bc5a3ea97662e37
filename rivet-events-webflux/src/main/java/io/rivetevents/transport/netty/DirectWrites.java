package io.rivetevents.transport.netty;

import java.util.Map;
import java.util.Set;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.netty.NettyPipeline;

/**
 * Finds out whether bytes may be written to a channel past the handlers of its pipeline.
 */
public final class DirectWrites {

	private static final Log logger = LogFactory.getLog(DirectWrites.class);

	/** What stands in each pipeline, and asks only for heads and ends of answers. */
	private static final Set<String> UNCONCERNED = Set.of(NettyPipeline.HttpTrafficHandler, RequestGuard.NAME);

	private DirectWrites() {
	}

	/**
	 * Returns whether no handler of the server or of the application would miss messages
	 * that are written at a codec, such as one that compresses, counts or logs. To be
	 * asked once all handlers are in the pipeline.
	 * @param codec the handler that makes bytes, whose work is done by what writes
	 */
	public static boolean areUnseen(ChannelHandlerContext codec) {
		boolean behind = false;
		for (Map.Entry<String, ChannelHandler> entry : codec.pipeline()) {
			boolean sees = behind && entry.getValue() instanceof ChannelOutboundHandler;
			if (sees && !UNCONCERNED.contains(entry.getKey())) {
				if (logger.isDebugEnabled()) {
					logger.debug("%s sees what is written to %s".formatted(entry.getKey(), codec.channel()));
				}
				return false;
			}
			behind = behind || entry.getValue() == codec.handler();
		}
		return behind;
	}

}
