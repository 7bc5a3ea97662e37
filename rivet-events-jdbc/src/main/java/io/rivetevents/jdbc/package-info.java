/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A store for actors in a relational database: PostgreSQL, MariaDB, MySQL, H2 or SQLite.
 */
@NullMarked
package io.rivetevents.jdbc;

import org.jspecify.annotations.NullMarked;
