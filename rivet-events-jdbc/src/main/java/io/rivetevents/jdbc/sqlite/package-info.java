/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A file of SQLite as the database of a store.
 */
@NullMarked
package io.rivetevents.jdbc.sqlite;

import org.jspecify.annotations.NullMarked;
