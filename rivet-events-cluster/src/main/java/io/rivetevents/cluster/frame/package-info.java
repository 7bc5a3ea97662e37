/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * What nodes send each other, and its bytes. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.frame;

import org.jspecify.annotations.NullMarked;
