/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Measures the cost of performance-critical parts of the runtime, each separately.
 */
@NullMarked
package io.rivetevents.benchmarks;

import org.jspecify.annotations.NullMarked;
