/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.CloseReason;

/**
 * Published when an accepted client has disconnected, in the turn of the instance, or on
 * a worker thread if earlier events of the connection are still being published. Not
 * published for single calls over HTTP.
 *
 * @param connection its connection, which names the actor and key
 * @param reason the reason that the server has sent, {@code null} if the client
 * disconnected
 * @since 0.1.0
 */
public record ConnectionClosedEvent(Connection<?> connection, @Nullable CloseReason reason) {
}
