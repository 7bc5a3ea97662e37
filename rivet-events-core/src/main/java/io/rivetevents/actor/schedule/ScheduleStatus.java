/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import org.jspecify.annotations.Nullable;

/**
 * The schedules that a node has in memory at one moment; all others are in the store
 * only.
 *
 * @param near schedules that become due within seconds
 * @param waiting schedules that are due and wait for others
 * @param running instances of which a schedule runs
 * @param paused schedules that could not be run, and are tried again later
 * @param failures number of runs that have failed since the start of the node
 * @param lastError code or class of the last failure, {@code null} if there was none
 */
public record ScheduleStatus(int near, int waiting, int running, int paused, long failures,
		@Nullable String lastError) {
}
