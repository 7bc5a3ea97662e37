/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayList;
import java.util.List;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Messages for a client of the extended mode that arrive before its first message: the
 * events that it has missed, and those that were sent while it connected. Bounded as the
 * client's queue. Used by one thread at a time.
 */
final class HeldMessages {

	private final Outbound queue;

	private final List<OutgoingMessage> messages = new ArrayList<>(0);

	private long bytes;

	private long last = -1;

	HeldMessages(Outbound queue) {
		this.queue = queue;
	}

	/**
	 * Adds a message. Positions increase within one connection, so that an event with a
	 * lower one is the first of the new connection: what was added before was sent to the
	 * connection that it replaces, is not complete, and is dropped. The new connection
	 * receives it again.
	 * @return whether there was room for it
	 */
	boolean add(OutgoingMessage message) {
		if (message.message() instanceof ToClient.Event event && event.position() != null) {
			Position position = event.position();
			if (position.sequence() <= this.last) {
				clear();
			}
			this.last = position.sequence();
		}
		this.bytes += this.queue.sizeOf(message) + Outbound.OVERHEAD;
		this.messages.add(message);
		return this.bytes <= this.queue.maxQueuedBytes();
	}

	/** Removes and returns the messages in their order. */
	List<OutgoingMessage> take() {
		List<OutgoingMessage> messages = List.copyOf(this.messages);
		clear();
		return messages;
	}

	void clear() {
		this.messages.clear();
		this.bytes = 0;
		this.last = -1;
	}

}
