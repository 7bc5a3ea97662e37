/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Finds out whether messages can be written to a channel without the handlers of its
 * pipeline.
 */
public final class DirectWrites {

	private static final Log logger = LogFactory.getLog(DirectWrites.class);

	/** Handlers of every pipeline that only process the heads and ends of answers. */
	private static final Set<String> UNCONCERNED = Set.of(NettyPipeline.HttpTrafficHandler, RequestGuard.NAME);

	private DirectWrites() {
	}

	/**
	 * Returns whether all handlers behind a codec can be skipped. This is not the case if
	 * there is a handler that compresses, counts or logs messages. Call it when all
	 * handlers are in the pipeline.
	 * @param codec the handler that encodes messages, which the writer replaces
	 */
	public static boolean areUnseen(ChannelHandlerContext codec) {
		boolean behind = false;
		for (Map.Entry<String, ChannelHandler> entry : codec.pipeline()) {
			boolean sees = behind && entry.getValue() instanceof ChannelOutboundHandler;
			if (sees && !UNCONCERNED.contains(entry.getKey())) {
				if (logger.isDebugEnabled()) {
					logger.debug("Messages on %2$s are written through the pipeline, because of its handler %1$s"
						.formatted(entry.getKey(), codec.channel()));
				}
				return false;
			}
			behind = behind || entry.getValue() == codec.handler();
		}
		return behind;
	}

}
