/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads classes with {@code @Actor}, resolves arguments and calls the methods for {@code
 * actor.call}. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.invocation;

import org.jspecify.annotations.NullMarked;
