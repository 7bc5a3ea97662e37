/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Identifies the instance of an error.
 *
 * @param actorId id of the instance
 * @param generation number of times that the instance was loaded into memory
 * @param key serialized key of the instance, {@code null} if unknown
 * @since 0.1.0
 */
public record ActorSpecifier(String actorId, long generation, @Nullable String key) {
}
