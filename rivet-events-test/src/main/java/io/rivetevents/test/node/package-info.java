/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * A node without sockets, and its clients in memory, on threads that are counted. For the
 * tester of {@code io.rivetevents.test}, not for applications.
 */
@NullMarked
package io.rivetevents.test.node;

import org.jspecify.annotations.NullMarked;
