/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The server of the cluster run.
 */
@NullMarked
package io.rivetevents.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
