/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Tests of actors, and a suite for a custom backplane.
 */
@NullMarked
package io.rivetevents.test;

import org.jspecify.annotations.NullMarked;
