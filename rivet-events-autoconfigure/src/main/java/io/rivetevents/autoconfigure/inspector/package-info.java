/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The page that shows actors and their events while they run, below the Actuator endpoint
 * {@code rivetevents}.
 */
@NullMarked
package io.rivetevents.autoconfigure.inspector;

import org.jspecify.annotations.NullMarked;
