/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * Messages of one client that wait until it is connected to its actor again, in their
 * order and bounded in bytes. Used by one thread at a time.
 */
final class WaitingMessages {

	/** Most bytes that wait, as {@link MessageWeight} estimates them. */
	static final long MAX_BYTES = 1024 * 1024;

	private final Deque<ToServer> messages = new ArrayDeque<>(0);

	private long bytes;

	/**
	 * Adds a message.
	 * @return whether there was room for it
	 */
	boolean add(ToServer message) {
		long weight = MessageWeight.of(message);
		if (this.bytes + weight > MAX_BYTES) {
			return false;
		}
		this.bytes += weight;
		this.messages.add(message);
		return true;
	}

	/**
	 * Adds messages before all others, which were sent earlier or could not be sent; not
	 * bounded.
	 */
	void addFirst(List<ToServer> earlier) {
		for (int i = earlier.size() - 1; i >= 0; i--) {
			this.bytes += MessageWeight.of(earlier.get(i));
			this.messages.addFirst(earlier.get(i));
		}
	}

	/** Removes and returns the first message, {@code null} if there is none. */
	@Nullable ToServer poll() {
		ToServer first = this.messages.poll();
		this.bytes -= (first != null) ? MessageWeight.of(first) : 0;
		return first;
	}

	/** Removes and returns all messages. */
	List<ToServer> takeAll() {
		List<ToServer> all = List.copyOf(this.messages);
		clear();
		return all;
	}

	void clear() {
		this.messages.clear();
		this.bytes = 0;
	}

}
