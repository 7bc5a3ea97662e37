/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Stores of instances, and whether they work.
 */
@NullMarked
package io.rivetevents.autoconfigure.state;

import org.jspecify.annotations.NullMarked;
