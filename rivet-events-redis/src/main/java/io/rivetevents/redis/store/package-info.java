/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A store on Redis: instances, their events, answers and schedules.
 */
@NullMarked
package io.rivetevents.redis.store;

import org.jspecify.annotations.NullMarked;
