/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Single-use tickets, which carry the identity of a request to a connection.
 */
@NullMarked
package io.rivetevents.ticket;

import org.jspecify.annotations.NullMarked;
