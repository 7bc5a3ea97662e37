/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * Numbers of the last events and commands of the other nodes, to detect missed ones. Used
 * by one thread at a time.
 */
final class NodeSequences {

	/** Further nodes are not tracked. */
	private static final int MAX_NODES = 1000;

	private final Map<String, Last> lastByNode = new HashMap<>();

	private final long removeAfterNanos;

	private record Last(long sequence, long commands, long at) {
	}

	/**
	 * Creates the collection.
	 * @param removeAfterNanos time without a message after which a node is removed
	 */
	NodeSequences(long removeAfterNanos) {
		this.removeAfterNanos = removeAfterNanos;
	}

	/**
	 * Records a message.
	 * @return number of events and commands that were missed before it
	 */
	long missedBefore(RedisMessage message, long now) {
		String node = String.valueOf(message.node());
		Last last = this.lastByNode.get(node);
		if (last == null) {
			this.lastByNode.values().removeIf((old) -> now - old.at() > this.removeAfterNanos);
			if (this.lastByNode.size() < MAX_NODES) {
				this.lastByNode.put(node, new Last(message.sequence(), message.commands(), now));
			}
			return 0;
		}
		boolean counted = message.commands() != RedisMessage.ABSENT;
		this.lastByNode.put(node, new Last(message.sequence(), counted ? message.commands() : last.commands(), now));
		long events = message.sequence() - last.sequence() - ((message.dispatch() != null) ? 1 : 0);
		long commands = (counted && last.commands() != RedisMessage.ABSENT)
				? message.commands() - last.commands() - (message.isCommand() ? 1 : 0) : 0;
		return Math.max(events, 0) + Math.max(commands, 0);
	}

}
