/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * Dropped events that the client has not been notified of. Not safe for use by several
 * threads.
 */
final class Gap {

	private static final int MAX_NAMES = 100;

	private final Set<String> events = new HashSet<>(2);

	private @Nullable Position position;

	/** Position in the queue of the last of them. */
	private MessageChain.Item place = new MessageChain.Item(EncodedMessage.NOTHING);

	/**
	 * Adds a dropped event.
	 * @param event the event, with a name and a position
	 * @return whether it is the last of them
	 */
	boolean add(EncodedMessage event) {
		if (this.events.size() < MAX_NAMES) {
			this.events.add(Objects.requireNonNull(event.event()));
		}
		Position before = this.position;
		Position added = Objects.requireNonNull(event.position());
		boolean last = before == null || before.sequence() < added.sequence();
		if (last) {
			this.position = added;
		}
		return last;
	}

	/** Returns the placeholder item at the position of the last of them. */
	MessageChain.Item place() {
		return this.place;
	}

	/** Creates a placeholder item for the position of the last of them. */
	MessageChain.Item movePlace() {
		this.place = new MessageChain.Item(EncodedMessage.NOTHING);
		return this.place;
	}

	/** Returns their names, at most {@value #MAX_NAMES}. */
	Set<String> events() {
		return this.events;
	}

	/** Returns the stream position of the last of them. */
	Position position() {
		return Objects.requireNonNull(this.position);
	}

}
