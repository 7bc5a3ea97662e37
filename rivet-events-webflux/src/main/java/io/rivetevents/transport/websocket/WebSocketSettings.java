/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.transport.LinkSettings;

/**
 * Limits and timeouts of WebSocket connections.
 *
 * @param link settings that all transports have; a client that sends nothing between two
 * pings is closed with {@code connection.timed_out}
 * @param maxFrameSize maximum number of bytes of a frame; a longer one ends the
 * connection with close code 1009
 * @param compression whether permessage-deflate is offered
 * @param outbound limits of the outbound queue
 */
public record WebSocketSettings(LinkSettings link, int maxFrameSize, boolean compression,
		OutboundQueue.Limits outbound) {
}
