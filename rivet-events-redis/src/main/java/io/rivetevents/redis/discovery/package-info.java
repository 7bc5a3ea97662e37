/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Nodes of a cluster that find each other in Redis. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.redis.discovery;

import org.jspecify.annotations.NullMarked;
