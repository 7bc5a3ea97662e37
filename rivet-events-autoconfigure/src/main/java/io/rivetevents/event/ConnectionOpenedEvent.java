package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * A client has been let in. Published in the turn of the instance.
 *
 * @param connection its connection, which tells the actor
 */
public record ConnectionOpenedEvent(Connection<?> connection) {
}
