/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.rivetevents.actor.schedule.ScheduleStatus;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.OutboxStatus;
import io.rivetevents.placement.inspection.ActorCounts;
import io.rivetevents.placement.inspection.NodeCounts;

/**
 * A node, as the endpoint shows it. Parts that the application does not have are
 * {@code null}.
 *
 * @param node the node
 * @param actors numbers of the actors, by their names
 * @param namespaces namespaces of the instances in memory, of which at most
 * {@value NodeCounts#MAX_NAMESPACES} are named
 * @param connections numbers of connections
 * @param limits limits that were reached, and those of memory
 * @param queues what waits for clients
 * @param workers threads of the actors
 * @param store where instances are stored
 * @param schedules schedules in memory
 * @param outbox what has become of stored events and calls
 * @param backplane events of other nodes
 * @param cluster the other nodes
 * @param deliveries which deliveries are recorded
 */
record NodeDescription(Node node, Map<String, ActorCounts> actors, SortedSet<String> namespaces,
		Connections connections, List<LimitUse> limits, @Nullable Queues queues, @Nullable Workers workers, Store store,
		ScheduleStatus schedules, @Nullable OutboxStatus outbox, @Nullable BackplaneStatus backplane,
		@Nullable Object cluster, Deliveries deliveries) implements OperationResponseBody {

	/**
	 * A node.
	 *
	 * @param name its name, new for each start
	 * @param version version of rivet-events, {@code null} if it is not known
	 * @param draining whether new connections are rejected
	 */
	record Node(String name, @Nullable String version, boolean draining) {
	}

	/**
	 * Numbers of connections.
	 *
	 * @param open open sockets and streams of this node
	 * @param accepted accepted connections to actors of this node
	 * @param max the limit of the open ones
	 */
	record Connections(int open, int accepted, long max) {
	}

	/**
	 * A limit.
	 *
	 * @param name its property, below {@code rivet.events}
	 * @param hits how often it was reached
	 * @param used used bytes, if it limits memory of the node
	 * @param max its value, if it limits memory of the node
	 */
	record LimitUse(String name, long hits, @Nullable Long used, @Nullable Long max) {
	}

	/**
	 * What waits for clients.
	 *
	 * @param bytes waiting bytes, without the first ones of each queue
	 * @param maxBytes the limit for these
	 * @param largestBytes bytes of the largest queue
	 * @param droppedEvents number of dropped events
	 * @param writtenBytes bytes that were taken by the transports
	 */
	record Queues(long bytes, long maxBytes, long largestBytes, long droppedEvents, long writtenBytes) {
	}

	/**
	 * Threads of actors.
	 *
	 * @param busy threads that work
	 * @param max most threads
	 * @param waiting tasks that wait for a thread
	 */
	record Workers(int busy, int max, int waiting) {
	}

	/**
	 * Where instances are stored.
	 *
	 * @param type name of the class
	 * @param persistent whether instances survive the end of this process
	 */
	record Store(String type, boolean persistent) {
	}

	/**
	 * Which deliveries are recorded.
	 *
	 * @param recorded whether those of all instances are
	 * @param instances number of the instances whose deliveries are recorded for some
	 * time
	 */
	record Deliveries(boolean recorded, int instances) {
	}

}
