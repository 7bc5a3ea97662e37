/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

/**
 * What a report of a client about its last handled position means: section "Handled
 * position" of {@code docs/protocol.md}. A client can report any position, so all but
 * {@link #ADVANCED} are ignored.
 */
public enum HandledReport {

	/** The client has handled more messages. */
	ADVANCED,

	/** The same position as before. */
	UNCHANGED,

	/** A lower position than before, such as that of a request that arrives late. */
	BEHIND,

	/** A position that the instance has not reached, which cannot be true. */
	AHEAD;

	/**
	 * Returns the meaning of a report.
	 * @param position the reported position
	 * @param before the last position that was accepted
	 * @param sent position of the last message that the instance has sent
	 */
	public static HandledReport of(long position, long before, long sent) {
		if (position > sent) {
			return AHEAD;
		}
		if (position < before) {
			return BEHIND;
		}
		return (position == before) ? UNCHANGED : ADVANCED;
	}

}
