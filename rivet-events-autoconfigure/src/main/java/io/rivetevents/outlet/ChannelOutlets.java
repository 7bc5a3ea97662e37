package io.rivetevents.outlet;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.EventLoop;

/**
 * The ways to the sockets of a node, by their event loops.
 */
public final class ChannelOutlets {

	private final Map<EventLoop, EventLoopOutlets> loops = new ConcurrentHashMap<>();

	EventLoopOutlets of(EventLoop eventLoop) {
		return this.loops.computeIfAbsent(eventLoop, EventLoopOutlets::new);
	}

}
