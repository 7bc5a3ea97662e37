/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Describes the instances of this node for operators, without waking or using them.
 * Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.placement.inspection;

import org.jspecify.annotations.NullMarked;
