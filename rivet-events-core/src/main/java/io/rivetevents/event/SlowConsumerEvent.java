/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * Published when a connection is closed because its client reads too slowly.
 *
 * @param connection the connection
 * @since 0.1.0
 */
public record SlowConsumerEvent(Connection<?> connection) {
}
