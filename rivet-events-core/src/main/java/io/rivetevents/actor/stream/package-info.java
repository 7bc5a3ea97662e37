/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The stream of events that one instance sends: their order and positions, the events of
 * a turn that wait for its commit, and the stored history.
 */
@NullMarked
package io.rivetevents.actor.stream;

import org.jspecify.annotations.NullMarked;
