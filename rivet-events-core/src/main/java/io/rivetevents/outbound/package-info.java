/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The messages that wait to be written to one client: a queue with a limit and named
 * outcomes, on this node or, through its gateway, on another. Internal: applications do
 * not use it.
 */
@NullMarked
package io.rivetevents.outbound;

import org.jspecify.annotations.NullMarked;
