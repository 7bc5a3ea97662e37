/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Which node owns which address. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.membership;

import org.jspecify.annotations.NullMarked;
