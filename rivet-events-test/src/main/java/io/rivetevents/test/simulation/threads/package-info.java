/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The threads, the clock and the trace of a simulation. For the simulation itself, not
 * for applications.
 */
@NullMarked
package io.rivetevents.test.simulation.threads;

import org.jspecify.annotations.NullMarked;
