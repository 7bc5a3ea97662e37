/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The stored form of a schedule: an action of an instance that runs later.
 *
 * @param id its id, unique within the instance and compared byte for byte: at most 255
 * bytes in UTF-8
 * @param runAt when it is found by {@link ActorStateStore#due}; {@code null} if it does
 * not run any more but is kept
 * @param slot the part of all instances to which its instance belongs, from 0 to 255
 * @param action name of its action, for readers of the store
 * @param body everything else, written by the runtime as JSON in UTF-8
 * @since 0.1.0
 */
public record StoredSchedule(String id, @Nullable Instant runAt, int slot, String action, byte[] body) {
}
