/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Calls the methods of one instance: interceptors, time limits, stored answers. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.call;

import org.jspecify.annotations.NullMarked;
