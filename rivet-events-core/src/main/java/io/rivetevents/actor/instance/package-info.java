/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * One instance in memory: its life cycle, its connections, and the requests of its
 * clients. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.instance;

import org.jspecify.annotations.NullMarked;
