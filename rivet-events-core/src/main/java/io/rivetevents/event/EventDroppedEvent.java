package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * Events that may be dropped have been dropped for a client that reads too slowly.
 * Published for the first one at once, then at most once a second for a connection.
 *
 * @param connection the connection
 * @param event name of the event that found the queue full
 * @param dropped how many have been dropped for the connection so far
 * @since 0.1.0
 */
public record EventDroppedEvent(Connection<?> connection, String event, long dropped) {
}
