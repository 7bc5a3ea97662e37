/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A record of what has happened to each event on its way to each connection, which is off
 * by default. Applications use {@link io.rivetevents.explain.DeliveryLog}; the recorder
 * is internal.
 */
@NullMarked
package io.rivetevents.explain;

import org.jspecify.annotations.NullMarked;
