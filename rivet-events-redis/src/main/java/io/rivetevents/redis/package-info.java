/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A backplane on Redis.
 */
@NullMarked
package io.rivetevents.redis;

import org.jspecify.annotations.NullMarked;
