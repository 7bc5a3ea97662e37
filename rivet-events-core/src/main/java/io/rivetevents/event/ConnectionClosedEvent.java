package io.rivetevents.event;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.CloseReason;

/**
 * A client that was let in is gone. Published in the turn of the instance, or on a worker
 * if earlier events of the connection are still being published. Not published for single
 * calls over HTTP.
 *
 * @param connection its connection, which tells the actor
 * @param reason what the server told the client, {@code null} if the client left
 * @since 0.1.0
 */
public record ConnectionClosedEvent(Connection<?> connection, @Nullable CloseReason reason) {
}
