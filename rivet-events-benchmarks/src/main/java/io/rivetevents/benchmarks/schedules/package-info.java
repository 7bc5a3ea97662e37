/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Runs of many schedules at the same time.
 */
@NullMarked
package io.rivetevents.benchmarks.schedules;

import org.jspecify.annotations.NullMarked;
