/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Requests of clients about their connections that arrive apart from these, on this node
 * or on another one, and what their reports mean. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.inbound;

import org.jspecify.annotations.NullMarked;
