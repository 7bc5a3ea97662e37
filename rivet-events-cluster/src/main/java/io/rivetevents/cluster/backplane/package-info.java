/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Events and commands for all nodes. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.backplane;

import org.jspecify.annotations.NullMarked;
