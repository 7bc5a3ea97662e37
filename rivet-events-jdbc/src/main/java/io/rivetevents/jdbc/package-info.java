/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A store for actors in a relational database: PostgreSQL, MariaDB, MySQL, H2 or SQLite.
 *
 * <p>
 * What survives is up to the database. PostgreSQL, MariaDB and MySQL with their default
 * settings, and {@link io.rivetevents.jdbc.sqlite.SqliteDataSource}, keep every committed
 * change if the process or the machine ends. H2 writes commits to its file half a second
 * later: append {@code ;WRITE_DELAY=0} to its URL so that they survive the end of the
 * process. MySQL itself has not been verified yet; its tables and statements are those of
 * MariaDB.
 */
@NullMarked
package io.rivetevents.jdbc;

import org.jspecify.annotations.NullMarked;
