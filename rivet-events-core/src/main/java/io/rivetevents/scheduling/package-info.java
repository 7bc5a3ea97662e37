/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Threads for actors, batched wake-ups, and the caller of the code on a thread. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.scheduling;

import org.jspecify.annotations.NullMarked;
