/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The actors of a simulation and their store, and what is checked of them. For the
 * simulation itself, not for applications.
 */
@NullMarked
package io.rivetevents.test.simulation.actors;

import org.jspecify.annotations.NullMarked;
