/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Publishes events of actors and connections as Spring application events, in order.
 * Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.event.publishing;

import org.jspecify.annotations.NullMarked;
