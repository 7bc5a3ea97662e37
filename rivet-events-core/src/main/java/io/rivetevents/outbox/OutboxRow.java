/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A stored event or call.
 *
 * @param id unique id; ids of one node are in the order in which they were created
 * @param kind {@value #EVENT} or {@value #CALL}; a later version may have others
 * @param target what it is for, as one text: rows with the same target have an order
 * @param name name of the event or action
 * @param body the arguments, and how to find the target, as JSON in UTF-8
 * @param createdAt time of its creation, by the clock of the node that has stored it
 * @param leaseUntil time until which a node has taken it; a row that no node has is due
 * from then on
 * @param attempts how many times a node has taken it
 * @param sentAt time at which it was last sent to all nodes, {@code null} if it was not
 */
public record OutboxRow(String id, String kind, String target, String name, byte[] body, Instant createdAt,
		Instant leaseUntil, int attempts, @Nullable Instant sentAt) {

	/** Kind of an event. */
	public static final String EVENT = "event";

	/** Kind of a call. */
	public static final String CALL = "call";

	/** Returns the row for the log, on one line. */
	@Override
	public String toString() {
		return "%s %s for %s (%s)".formatted(this.kind, this.name, this.target, this.id);
	}

	/**
	 * Returns this row as a node has taken it.
	 * @param until end of the lease
	 */
	public OutboxRow taken(Instant until) {
		return new OutboxRow(this.id, this.kind, this.target, this.name, this.body, this.createdAt, until,
				this.attempts + 1, this.sentAt);
	}

	/**
	 * Returns this row with a longer lease.
	 * @param until end of the lease
	 */
	OutboxRow renewed(Instant until) {
		return new OutboxRow(this.id, this.kind, this.target, this.name, this.body, this.createdAt, until,
				this.attempts, this.sentAt);
	}

	/**
	 * Returns this row, to be taken again later.
	 * @param due time from which it can be taken
	 * @param attempts how many times it counts as taken
	 */
	Postponed until(Instant due, int attempts) {
		return new Postponed(this, due, attempts, this.sentAt);
	}

	/**
	 * A taken row that is to be taken again later.
	 *
	 * @param taken the row as it was taken; if another node has taken it since, nothing
	 * changes
	 * @param due time from which it can be taken
	 * @param attempts how many times it counts as taken
	 * @param sentAt time at which it was last sent to all nodes, {@code null} if it was
	 * not
	 */
	public record Postponed(OutboxRow taken, Instant due, int attempts, @Nullable Instant sentAt) {

		/**
		 * Returns the same for a row whose lease was renewed.
		 * @param row the row as it is now
		 */
		Postponed of(OutboxRow row) {
			return new Postponed(row, this.due, this.attempts, this.sentAt);
		}

	}

}
