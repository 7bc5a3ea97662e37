/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Tester of actors.
 */
@NullMarked
package io.rivetevents.test;

import org.jspecify.annotations.NullMarked;
