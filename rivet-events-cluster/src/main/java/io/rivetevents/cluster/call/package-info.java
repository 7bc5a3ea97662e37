/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Requests to other nodes and their answers. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.call;

import org.jspecify.annotations.NullMarked;
