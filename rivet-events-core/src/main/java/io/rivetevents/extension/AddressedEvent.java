/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An event and the connections that it is for.
 *
 * @param selection connections that may receive it
 * @param subscribed whether only connections with a subscription receive it
 * @param event name of the event
 * @param args its arguments; must not be changed afterwards
 * @param tags its tags; empty to match the tags of every subscription
 * @param droppable whether it may be dropped for a slow connection
 * @param id id of an event of the outbox, which may be sent more than once; {@code null}
 * for any other
 * @param traceparent parent of the trace of its receivers, as in the W3C recommendation
 * Trace Context; {@code null} for none
 * @since 0.1.0
 */
public record AddressedEvent(Selection selection, boolean subscribed, String event, List<JsonNode> args,
		Set<String> tags, boolean droppable, @Nullable String id, @Nullable String traceparent) {

	public AddressedEvent {
		args = List.copyOf(args);
		tags = Set.copyOf(tags);
	}

	/**
	 * Creates an event that is sent once.
	 */
	public AddressedEvent(Selection selection, boolean subscribed, String event, List<JsonNode> args, Set<String> tags,
			boolean droppable) {
		this(selection, subscribed, event, args, tags, droppable, null);
	}

	/**
	 * Creates an event without a trace.
	 */
	public AddressedEvent(Selection selection, boolean subscribed, String event, List<JsonNode> args, Set<String> tags,
			boolean droppable, @Nullable String id) {
		this(selection, subscribed, event, args, tags, droppable, id, null);
	}

	/**
	 * Returns the same event with other arguments.
	 */
	public AddressedEvent withArgs(List<JsonNode> args) {
		return new AddressedEvent(this.selection, this.subscribed, this.event, args, this.tags, this.droppable, this.id,
				this.traceparent);
	}

	/**
	 * Returns the same event for other connections.
	 */
	public AddressedEvent withSelection(Selection selection) {
		return new AddressedEvent(selection, this.subscribed, this.event, this.args, this.tags, this.droppable, this.id,
				this.traceparent);
	}

	/**
	 * Returns the same event as one that may be dropped for a slow connection.
	 */
	public AddressedEvent asDroppable() {
		return new AddressedEvent(this.selection, this.subscribed, this.event, this.args, this.tags, true, this.id,
				this.traceparent);
	}

}
