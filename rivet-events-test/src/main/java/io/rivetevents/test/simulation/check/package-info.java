/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What must hold in each run of a simulation. For {@code io.rivetevents.test.simulation},
 * not for applications.
 */
@NullMarked
package io.rivetevents.test.simulation.check;

import org.jspecify.annotations.NullMarked;
