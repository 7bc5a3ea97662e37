/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;

/**
 * A schedule that is to run.
 *
 * @param runAt when
 * @param actorId id of its instance
 * @param id its id
 * @since 0.1.0
 */
public record DueSchedule(Instant runAt, String actorId, String id) {
}
