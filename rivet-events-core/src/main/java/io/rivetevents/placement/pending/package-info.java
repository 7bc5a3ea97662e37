/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What waits for an instance: results of its turns, and its departure. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.placement.pending;

import org.jspecify.annotations.NullMarked;
