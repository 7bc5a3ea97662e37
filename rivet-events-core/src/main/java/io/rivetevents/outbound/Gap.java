package io.rivetevents.outbound;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * Events that were dropped and that the client has not been notified of. Not safe for use
 * by several threads.
 */
final class Gap {

	private static final int MAX_NAMES = 100;

	private final Set<String> events = new HashSet<>(2);

	private @Nullable Position position;

	/** Where the last of them was. */
	private MessageChain.Item place = new MessageChain.Item(EncodedMessage.NOTHING);

	/**
	 * Adds an event that was dropped.
	 * @param event the event, with a name and a position
	 */
	void add(EncodedMessage event) {
		if (this.events.size() < MAX_NAMES) {
			this.events.add(Objects.requireNonNull(event.event()));
		}
		this.position = event.position();
	}

	/** Returns the item that stands where the last of them was. */
	MessageChain.Item place() {
		return this.place;
	}

	/** Makes an item for the place of the last of them. */
	MessageChain.Item movePlace() {
		this.place = new MessageChain.Item(EncodedMessage.NOTHING);
		return this.place;
	}

	/** Returns their names, {@value #MAX_NAMES} at most. */
	Set<String> events() {
		return this.events;
	}

	/** Returns the position of the last of them. */
	Position position() {
		return Objects.requireNonNull(this.position);
	}

}
