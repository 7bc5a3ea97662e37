package io.rivetevents.transport.websocket;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.transport.LinkSettings;

/**
 * Limits and times of WebSocket connections.
 *
 * @param link those that other transports have, too; a client that has not said anything
 * from one ping to the next is closed with {@code connection.timed_out}
 * @param maxFrameSize most bytes of a frame that are read at all; a longer one ends the
 * connection with close code 1009
 * @param compression whether permessage-deflate is offered
 * @param outbound bounds of the outbound queue
 */
public record WebSocketSettings(LinkSettings link, int maxFrameSize, boolean compression,
		OutboundQueue.Limits outbound) {
}
