/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Test suite for a cluster with the store of an application.
 */
@NullMarked
package io.rivetevents.test.cluster;

import org.jspecify.annotations.NullMarked;
