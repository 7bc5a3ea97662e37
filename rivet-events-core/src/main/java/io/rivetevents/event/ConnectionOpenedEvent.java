/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * Published when a client has been accepted, in the turn of the instance. Not published
 * for single calls over HTTP.
 *
 * @param connection its connection, which names the actor and key
 * @since 0.1.0
 */
public record ConnectionOpenedEvent(Connection<?> connection) {
}
