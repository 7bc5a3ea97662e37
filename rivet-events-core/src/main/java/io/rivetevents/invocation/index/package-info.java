/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Finds actors among the beans. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.invocation.index;

import org.jspecify.annotations.NullMarked;
