package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * A connection is closed because its client reads too slowly.
 *
 * @param connection the connection
 */
public record SlowConsumerEvent(Connection<?> connection) {
}
