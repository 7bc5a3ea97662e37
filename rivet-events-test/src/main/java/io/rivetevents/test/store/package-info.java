/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Test suites for stores, a store with faults, and tests of stored states.
 */
@NullMarked
package io.rivetevents.test.store;

import org.jspecify.annotations.NullMarked;
