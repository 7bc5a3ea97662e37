/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * Published when droppable events have been dropped for a client that reads too slowly:
 * immediately for the first one, then at most once a second for a connection.
 *
 * @param connection the connection
 * @param event name of the event that found the queue full
 * @param dropped total number of events dropped for the connection
 */
public record EventDroppedEvent(Connection<?> connection, String event, long dropped) {
}
