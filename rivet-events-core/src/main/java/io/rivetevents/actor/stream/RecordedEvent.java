/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.value.WireValues;

/**
 * An event as the history has it, in memory and in the store.
 *
 * @param event the event without arguments; its selection names connections by the ids of
 * their streams
 * @param args its arguments as JSON, {@code null} if they are not kept, so that its
 * recipients are unknown
 */
record RecordedEvent(AddressedEvent event, byte @Nullable [] args) {

	/** Heap bytes of an event besides its name and arguments: measured, rounded up. */
	private static final int OVERHEAD = 96;

	/** Heap bytes of a text in a set besides its characters. */
	private static final int OVERHEAD_OF_TEXT = 72;

	/**
	 * Encodes an event.
	 * @param event the event; its selection names connections by the ids of their streams
	 */
	static RecordedEvent of(AddressedEvent event) {
		byte[] args = WireValues.encodeJson(JsonNodeFactory.instance.arrayNode().addAll(event.args()));
		AddressedEvent recorded = new AddressedEvent(event.selection(), event.subscribed(), event.event(), List.of(),
				event.tags(), event.droppable(), event.id());
		return new RecordedEvent(recorded, args);
	}

	/** Returns the event as it is stored: a predicate is not. */
	RecordedEvent stored() {
		return (this.event.selection() instanceof Selection.Where) ? new RecordedEvent(this.event, null) : this;
	}

	/** Returns the heap memory that it takes, in bytes. */
	int size() {
		return OVERHEAD + 2 * this.event.event().length() + ((this.args != null) ? this.args.length : 0)
				+ selectionSize() + size(this.event.tags());
	}

	private int selectionSize() {
		if (this.event.selection() instanceof Selection.These these) {
			return size(these.connectionIds());
		}
		return (this.event.selection() instanceof Selection.AllExcept except) ? size(except.connectionIds()) : 0;
	}

	private static int size(Set<String> texts) {
		int size = 0;
		for (String text : texts) {
			size += OVERHEAD_OF_TEXT + 2 * text.length();
		}
		return size;
	}

}
