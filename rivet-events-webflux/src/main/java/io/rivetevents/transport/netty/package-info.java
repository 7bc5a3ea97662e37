/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Writes queues to channels, and guards the memory of connections. Internal, not for use
 * by applications.
 */
@NullMarked
package io.rivetevents.transport.netty;

import org.jspecify.annotations.NullMarked;
