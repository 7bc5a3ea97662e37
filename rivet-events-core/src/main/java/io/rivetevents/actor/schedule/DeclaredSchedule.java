/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Duration;
import java.time.ZoneId;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.CatchUp;

/**
 * A schedule that every instance of an actor has. Either {@code cron} and {@code zone} or
 * {@code period} are set.
 *
 * @param name its name, unique within the actor
 * @param action the action that it calls, which requires no arguments
 * @param cron a valid cron expression, {@code null} if it has none
 * @param zone time zone of the expression, {@code null} if it has none
 * @param period time from one run to the next, {@code null} if it has none
 * @param catchUp what it does about missed times
 */
public record DeclaredSchedule(String name, String action, @Nullable String cron, @Nullable ZoneId zone,
		@Nullable Duration period, CatchUp catchUp) {
}
