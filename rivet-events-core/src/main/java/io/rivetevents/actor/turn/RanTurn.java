/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A turn that has run, or runs.
 *
 * @param startedAt when it has started
 * @param waited how long it has waited in the mailbox
 * @param duration how long it has run, {@code null} if it still runs
 * @param calls what it has called, such as {@code action move}, {@code hook connect} or
 * {@code schedule daily}
 * @param error code or class of its first failure, {@code null} if there was none
 */
public record RanTurn(Instant startedAt, Duration waited, @Nullable Duration duration, List<String> calls,
		@Nullable String error) {

	public RanTurn {
		calls = List.copyOf(calls);
	}

}
