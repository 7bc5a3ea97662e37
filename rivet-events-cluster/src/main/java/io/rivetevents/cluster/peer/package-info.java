/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * One ordered, bounded channel to each other node. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.peer;

import org.jspecify.annotations.NullMarked;
