/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Stores for instances and their state.
 */
@NullMarked
package io.rivetevents.actor.state;

import org.jspecify.annotations.NullMarked;
