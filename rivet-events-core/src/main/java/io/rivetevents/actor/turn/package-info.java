/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The turns of one instance: one at a time, in order, with a time limit. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.turn;

import org.jspecify.annotations.NullMarked;
