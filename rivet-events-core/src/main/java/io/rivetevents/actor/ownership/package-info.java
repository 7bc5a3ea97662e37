/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Which node may have an instance in memory, if several nodes share a store. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.ownership;

import org.jspecify.annotations.NullMarked;
