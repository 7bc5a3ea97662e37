package io.rivetevents.transport.websocket;

import java.time.Duration;

import io.rivetevents.connection.OutboundQueue;

/**
 * Limits and times of WebSocket connections.
 *
 * @param maxIncomingSize most bytes of a message; a longer one closes the connection with
 * {@code message.incoming_too_long}
 * @param maxFrameSize most bytes of a frame that are read at all; a longer one ends the
 * connection with close code 1009
 * @param keepAlive time after which a ping is sent; a client that has not said anything
 * until the next one is closed with {@code connection.timed_out}
 * @param rejectionDelay time for which a refused client waits for the refusal
 * @param compression whether permessage-deflate is offered
 * @param outbound bounds of the outbound queue
 */
public record WebSocketSettings(int maxIncomingSize, int maxFrameSize, Duration keepAlive, Duration rejectionDelay,
		boolean compression, OutboundQueue.Limits outbound) {
}
