/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.time.Duration;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.schedule.ScheduleSettings;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.transport.LinkSettings;

/**
 * Settings of a node and its WebSockets, as the properties of the application set them.
 * Public for {@code rivet-events-test}, which composes nodes of its own.
 *
 * @param actor defaults of actors
 * @param limits limits of resources
 * @param schedule settings of schedules
 * @param websocket settings of WebSockets
 * @param maxQueuedBytes most bytes that wait for a client
 * @param maxMessageBytes most bytes of a message to a client
 */
public record NodeSettings(ActorSettings actor, LimitSettings limits, ScheduleSettings schedule, LinkSettings websocket,
		long maxQueuedBytes, int maxMessageBytes) {

	/**
	 * Returns the settings that properties describe.
	 */
	public static NodeSettings of(RivetEventsProperties properties) {
		RivetEventsProperties.Websocket websocket = properties.websocket();
		return new NodeSettings(RivetEventsAutoConfiguration.actorSettings(properties),
				LimitsMapping.toSettings(properties.limits()), properties.schedule().settings(),
				link((int) websocket.maxMessageSize().toBytes(), websocket.keepAlive(), websocket.rejectionDelay(),
						properties.security()),
				websocket.maxQueuedSize().toBytes(), (int) websocket.maxOutgoingMessageSize().toBytes());
	}

	static LinkSettings link(int maxMessageSize, Duration keepAlive, Duration rejectionDelay,
			RivetEventsProperties.Security security) {
		return new LinkSettings(maxMessageSize, keepAlive, rejectionDelay, security.authenticationTimeout(),
				security.expiryNotice(), security.expiryGrace());
	}

	/**
	 * Returns the same settings with another limit of what waits for a client.
	 */
	public NodeSettings withMaxQueuedBytes(long bytes) {
		return new NodeSettings(this.actor, this.limits, this.schedule, this.websocket, bytes, this.maxMessageBytes);
	}

	/**
	 * Returns the limits of the queues of clients.
	 * @param queued what waits for all clients of the node
	 */
	public OutboundQueue.Limits queues(QueuedTotal queued) {
		return new OutboundQueue.Limits(this.maxQueuedBytes, this.maxMessageBytes, "rivet.events.websocket", queued);
	}

}
