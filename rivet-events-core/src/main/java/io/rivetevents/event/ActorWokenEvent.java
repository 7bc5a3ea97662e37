/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * Published when a sleeping instance has been loaded into memory again, in its turn.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorWokenEvent(ActorInfo actor) {
}
