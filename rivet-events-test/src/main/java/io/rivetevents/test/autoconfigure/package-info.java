/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Annotations that add a tester of actors to a test class.
 */
@NullMarked
package io.rivetevents.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
