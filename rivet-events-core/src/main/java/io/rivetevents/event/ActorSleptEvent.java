/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * Published when an instance has been saved and has left memory.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorSleptEvent(ActorInfo actor) {
}
