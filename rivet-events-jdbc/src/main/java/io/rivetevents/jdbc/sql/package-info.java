/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The statements of the JDBC store.
 */
@NullMarked
package io.rivetevents.jdbc.sql;

import org.jspecify.annotations.NullMarked;
