/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Finds the instance for an address and delivers messages to it. Internal: applications
 * do not use it.
 */
@NullMarked
package io.rivetevents.placement;

import org.jspecify.annotations.NullMarked;
