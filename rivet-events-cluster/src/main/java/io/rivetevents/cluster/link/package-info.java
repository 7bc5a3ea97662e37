/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Connections whose actor is on another node: on the node of the socket and on that of
 * the actor. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.link;

import org.jspecify.annotations.NullMarked;
