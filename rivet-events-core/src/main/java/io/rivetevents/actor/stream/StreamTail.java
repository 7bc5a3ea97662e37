/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import org.jspecify.annotations.Nullable;

/**
 * The end of the stream of an instance that leaves its node, with which the next node
 * continues: clients notice nothing. Stored events are not part of it.
 *
 * @param epoch epoch of the positions
 * @param sequence position of the last event
 * @param history the recent events as JSON; empty if they are lost; {@code null} if no
 * client of the extended mode was connected, so that nothing was recorded
 */
public record StreamTail(String epoch, long sequence, byte @Nullable [] history) {

	/** Most bytes of the recent events; older ones are lost. */
	static final int MAX_BYTES = 128 * 1024;

}
