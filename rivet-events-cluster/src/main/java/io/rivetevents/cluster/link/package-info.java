/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Connections of this node to actors of other nodes. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.cluster.link;

import org.jspecify.annotations.NullMarked;
