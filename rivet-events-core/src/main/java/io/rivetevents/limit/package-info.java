/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Limits of clients, instances and the node, and their current usage. Internal:
 * applications set the limits by properties.
 */
@NullMarked
package io.rivetevents.limit;

import org.jspecify.annotations.NullMarked;
