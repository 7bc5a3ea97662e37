/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Serves connections over WebSocket.
 */
@NullMarked
package io.rivetevents.transport.websocket;

import org.jspecify.annotations.NullMarked;
