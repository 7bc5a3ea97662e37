/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The servers of the load run: an application with rivet-events, and servers for
 * comparison.
 */
@NullMarked
package io.rivetevents.benchmarks.load;

import org.jspecify.annotations.NullMarked;
