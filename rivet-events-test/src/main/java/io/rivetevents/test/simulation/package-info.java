/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Simulations of actors: thousands of runs with different interleavings and faults, each
 * reproducible from its seed.
 */
@NullMarked
package io.rivetevents.test.simulation;

import org.jspecify.annotations.NullMarked;
