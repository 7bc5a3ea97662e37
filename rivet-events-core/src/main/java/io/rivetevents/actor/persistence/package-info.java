/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The state and the variables of one instance, and when the state is saved. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.persistence;

import org.jspecify.annotations.NullMarked;
