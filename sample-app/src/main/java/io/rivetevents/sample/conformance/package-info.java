/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Actors for tests, not examples: they use each part of the protocol for the suite of the
 * published clients. Active in the profile {@code conformance} only.
 */
@NullMarked
package io.rivetevents.sample.conformance;

import org.jspecify.annotations.NullMarked;
