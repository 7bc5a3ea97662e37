/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The table of the outbox in a relational database.
 */
@NullMarked
package io.rivetevents.jdbc.outbox;

import org.jspecify.annotations.NullMarked;
