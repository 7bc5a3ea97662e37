package io.rivetevents.transport.netty;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.EventLoop;

import io.rivetevents.limit.Limits;

/**
 * The ways to the sockets of a node, by their event loops. Beyond the bound of what
 * sockets may hold, those that hold most are closed.
 */
public final class ChannelWriters {

	private final Map<EventLoop, EventLoopWriters> loops = new ConcurrentHashMap<>();

	private final Limits limits;

	/**
	 * Creates the ways.
	 * @param limits bounds of the node
	 */
	public ChannelWriters(Limits limits) {
		this.limits = limits;
	}

	EventLoopWriters of(EventLoop eventLoop) {
		return this.loops.computeIfAbsent(eventLoop,
				(loop) -> new EventLoopWriters(loop, this.limits.sending(), this.loops.values()));
	}

}
