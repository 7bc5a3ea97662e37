package io.rivetevents.transport.netty;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.EventLoop;

import io.rivetevents.limit.Limits;

/**
 * The ways to the sockets of a node, by their event loops. Beyond the bound of what
 * sockets may hold, those that hold most are closed.
 */
public final class ChannelOutlets {

	private final Map<EventLoop, EventLoopOutlets> loops = new ConcurrentHashMap<>();

	private final Limits limits;

	/**
	 * Creates the ways.
	 * @param limits bounds of the node
	 */
	public ChannelOutlets(Limits limits) {
		this.limits = limits;
	}

	EventLoopOutlets of(EventLoop eventLoop) {
		return this.loops.computeIfAbsent(eventLoop,
				(loop) -> new EventLoopOutlets(loop, this.limits.sending(), this.loops.values()));
	}

}
