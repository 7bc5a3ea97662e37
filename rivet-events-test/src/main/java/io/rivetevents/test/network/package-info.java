/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Nodes of a cluster in one process, over a network in memory. For the tester and the
 * simulation of {@code io.rivetevents.test}, not for applications. Requires
 * rivet-events-cluster.
 */
@NullMarked
package io.rivetevents.test.network;

import org.jspecify.annotations.NullMarked;
