/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Test suite for a custom backplane.
 */
@NullMarked
package io.rivetevents.test.backplane;

import org.jspecify.annotations.NullMarked;
