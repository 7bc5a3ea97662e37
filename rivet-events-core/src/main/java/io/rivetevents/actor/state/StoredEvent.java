/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * An event in the stored history of an instance. A store keeps the texts and bytes as
 * they are; only the runtime reads them. The byte array must not be changed.
 *
 * @param position its position, which is unique within the instance and greater than that
 * of every event stored before
 * @param previous position of the event before it with the same history limits, 0 if
 * there was none
 * @param sentAt when it was sent
 * @param expiresAt when it may be deleted
 * @param name its name
 * @param target which connections may receive it, written by the runtime
 * @param body its arguments and tags, written by the runtime; {@code null} if only the
 * fact that it was sent is kept
 * @since 0.1.0
 */
public record StoredEvent(long position, long previous, Instant sentAt, Instant expiresAt, String name, String target,
		byte @Nullable [] body) {
}
