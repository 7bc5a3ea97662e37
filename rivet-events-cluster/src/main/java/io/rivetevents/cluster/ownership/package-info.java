/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Takes stored instances from other nodes, and gives them up. Internal: applications do
 * not use it.
 */
@NullMarked
package io.rivetevents.cluster.ownership;

import org.jspecify.annotations.NullMarked;
