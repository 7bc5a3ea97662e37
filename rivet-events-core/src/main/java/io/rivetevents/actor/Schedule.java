/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

import org.jspecify.annotations.Nullable;

/**
 * A schedule of an instance, as {@link Schedules#list()} returns it. A schedule with a
 * cron expression has {@code cron} and {@code zone}, one with a period has
 * {@code period}; a schedule with neither runs once.
 *
 * @param name its name; a generated one if it was created without a name
 * @param action the action that it calls
 * @param next when it runs next; {@code null} if it has failed and does not run any more
 * @param cron its cron expression, {@code null} if it has none
 * @param zone time zone of the expression, {@code null} if it has none
 * @param period time from one run to the next, {@code null} if it has none
 * @param catchUp what it does about missed times
 * @param attempts failed attempts of the present run, 0 if none has failed
 * @param failed whether all attempts of a run have failed, so that it does not run any
 * more
 * @param error group and code of the error of the last failed attempt, such as
 * {@code rivetkit.internal_error}; {@code null} if none has failed since the last run
 * @since 0.1.0
 */
public record Schedule(String name, String action, @Nullable Instant next, @Nullable String cron, @Nullable ZoneId zone,
		@Nullable Duration period, CatchUp catchUp, int attempts, boolean failed, @Nullable String error) {
}
