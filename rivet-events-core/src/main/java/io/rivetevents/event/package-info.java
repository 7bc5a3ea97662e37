/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Events of actors and connections, published as Spring application events.
 */
@NullMarked
package io.rivetevents.event;

import org.jspecify.annotations.NullMarked;
