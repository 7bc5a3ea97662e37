/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Clients as an application uses them: connections, and the methods that send events to
 * them.
 */
@NullMarked
package io.rivetevents.connection;

import org.jspecify.annotations.NullMarked;
