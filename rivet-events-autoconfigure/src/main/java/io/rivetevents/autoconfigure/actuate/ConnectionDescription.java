/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ToServer;

/**
 * A connection, as the endpoint shows it.
 *
 * @param id its id
 * @param actor name of its actor
 * @param key serialized key of its actor
 * @param keyParts the same key
 * @param node name of the node that has the socket, {@code null} for this one; of a
 * connection to an actor of another node, the name of that node
 * @param user name of its user, {@code null} if it is anonymous
 * @param status one of {@code connecting}, {@code connected}, {@code detached},
 * {@code ended}
 * @param transport its transport, {@code null} if another node has the socket
 * @param encoding encoding of its messages, {@code null} as well
 * @param queuedBytes bytes that wait to be written, {@code null} as well
 * @param maxQueuedBytes most bytes that may wait, {@code null} as well
 * @param droppedEvents number of dropped events, {@code null} as well
 * @param handled position that the client has handled, {@code null} if it has not
 * reported any
 * @param subscriptions tags by the name of the event, none for all events of the name
 */
record ConnectionDescription(String id, String actor, String key, List<String> keyParts, @Nullable String node,
		@Nullable String user, @Nullable String status, @Nullable String transport, @Nullable String encoding,
		@Nullable Long queuedBytes, @Nullable Long maxQueuedBytes, @Nullable Long droppedEvents, @Nullable Long handled,
		@Nullable Map<String, Set<String>> subscriptions) implements OperationResponseBody {

	/**
	 * Describes a connection to an actor of this node.
	 * @param here name of this node
	 */
	static ConnectionDescription of(ActorConnection connection, String here) {
		String gateway = connection.request().gateway();
		Outbound outbound = connection.outbound();
		Gateway.Bounds bounds = outbound.bounds();
		return new ConnectionDescription(connection.id(), connection.actorName(), connection.actorKey().serialize(),
				connection.actorKey().parts(), here.equals(gateway) ? null : gateway, connection.user(),
				status(connection), (bounds != null) ? transport(bounds) : null,
				(bounds != null) ? bounds.encoding().label() : null, (bounds != null) ? outbound.queuedBytes() : null,
				(bounds != null) ? outbound.maxQueuedBytes() : null, (bounds != null) ? outbound.dropped() : null,
				(connection.handled() != ToServer.UNREPORTED) ? connection.handled() : null, subscriptions(connection));
	}

	private static String status(ActorConnection connection) {
		if (connection.hasEnded()) {
			return "ended";
		}
		if (connection.isDetached()) {
			return "detached";
		}
		return connection.wasConnected() ? "connected" : "connecting";
	}

	private static String transport(Gateway.Bounds bounds) {
		return bounds.transport().substring(bounds.transport().lastIndexOf('.') + 1);
	}

	private static Map<String, Set<String>> subscriptions(ActorConnection connection) {
		return connection.subscriptionRequests()
			.stream()
			.collect(Collectors.toMap(ToServer.SubscriptionRequest::eventName, ToServer.SubscriptionRequest::tags,
					(first, second) -> second, TreeMap::new));
	}

	/** Describes a connection to an actor of another node. */
	static ConnectionDescription of(ConnectionInfo elsewhere) {
		ActorKey key = elsewhere.actorKey();
		return new ConnectionDescription(elsewhere.id(), elsewhere.actorName(), key.serialize(), key.parts(),
				elsewhere.node(), null, null, null, null, null, null, null, null, null);
	}

}
