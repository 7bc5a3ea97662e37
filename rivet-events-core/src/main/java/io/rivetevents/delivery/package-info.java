/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Sends addressed events to connections: selection, index, history. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.delivery;

import org.jspecify.annotations.NullMarked;
