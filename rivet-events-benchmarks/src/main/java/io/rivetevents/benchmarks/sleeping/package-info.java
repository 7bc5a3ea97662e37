/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Measures the cost of idle instances.
 */
@NullMarked
package io.rivetevents.benchmarks.sleeping;

import org.jspecify.annotations.NullMarked;
