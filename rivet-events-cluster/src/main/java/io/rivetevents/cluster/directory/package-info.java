/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Finds the instances of all nodes. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.directory;

import org.jspecify.annotations.NullMarked;
