/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Connections of other nodes to actors of this node. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.cluster.gateway;

import org.jspecify.annotations.NullMarked;
