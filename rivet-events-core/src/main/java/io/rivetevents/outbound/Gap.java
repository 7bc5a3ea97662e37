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

	private static final Set<String> ANY_NAME = Set.of("*");

	private final Set<String> events = new HashSet<>(2);

	private @Nullable Position position;

	/** Position in the queue of the first of them. */
	private MessageChain.Item place = new MessageChain.Item(EncodedMessage.NOTHING);

	/**
	 * Adds a dropped event.
	 * @param event the event, with a name and a position
	 * @return whether it is the first of them
	 */
	boolean add(EncodedMessage event) {
		if (this.events.size() <= MAX_NAMES) {
			this.events.add(Objects.requireNonNull(event.event()));
		}
		Position before = this.position;
		Position added = Objects.requireNonNull(event.position());
		boolean first = before == null || added.sequence() < before.sequence();
		if (first) {
			this.position = added;
		}
		return first;
	}

	/** Returns the placeholder item at the position of the first of them. */
	MessageChain.Item place() {
		return this.place;
	}

	/** Creates a placeholder item for the position of the first of them. */
	MessageChain.Item movePlace() {
		this.place = new MessageChain.Item(EncodedMessage.NOTHING);
		return this.place;
	}

	/** Returns their names, {@code *} if they are more than {@value #MAX_NAMES}. */
	Set<String> events() {
		return (this.events.size() <= MAX_NAMES) ? this.events : ANY_NAME;
	}

	/** Returns the stream position of the first of them. */
	Position position() {
		return Objects.requireNonNull(this.position);
	}

}
