package io.rivetevents.event;

import io.rivetevents.connection.Connection;

/**
 * A client has been let in. Published in the turn of the instance. Not published for
 * single calls over HTTP.
 *
 * @param connection its connection, which tells the actor
 * @since 0.1.0
 */
public record ConnectionOpenedEvent(Connection<?> connection) {
}
