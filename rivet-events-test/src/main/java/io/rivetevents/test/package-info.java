/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Test suites for custom implementations of parts of the runtime.
 */
@NullMarked
package io.rivetevents.test;

import org.jspecify.annotations.NullMarked;
