/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Connects nodes: events for connections of other nodes, and commands to nodes. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster;

import org.jspecify.annotations.NullMarked;
