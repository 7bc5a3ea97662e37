/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.EventLoop;

import io.rivetevents.limit.Limits;

/**
 * The writers of a node, by their event loops. If its sockets hold more than the limit,
 * the sockets that hold most are closed.
 */
public final class ChannelWriters {

	private final Map<EventLoop, EventLoopWriters> loops = new ConcurrentHashMap<>();

	private final Limits limits;

	/**
	 * Creates the writers.
	 * @param limits limits of the node
	 */
	public ChannelWriters(Limits limits) {
		this.limits = limits;
	}

	EventLoopWriters of(EventLoop eventLoop) {
		return this.loops.computeIfAbsent(eventLoop,
				(loop) -> new EventLoopWriters(loop, this.limits.sending(), this.loops.values()));
	}

}
