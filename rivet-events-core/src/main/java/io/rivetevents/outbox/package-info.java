/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Takes stored events and calls of actions from the database, and delivers them.
 */
@NullMarked
package io.rivetevents.outbox;

import org.jspecify.annotations.NullMarked;
