/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * An application for measuring start-up. A separate package, so that component scans do
 * not include it.
 */
@NullMarked
package io.rivetevents.benchmarks.startup;

import org.jspecify.annotations.NullMarked;
