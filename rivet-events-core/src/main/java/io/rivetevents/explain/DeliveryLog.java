/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import io.rivetevents.actor.ActorAddress;

/**
 * What has happened to each event of the instances of this node on its way to each
 * connection. Names are recorded, arguments are not. Events that are sent to the
 * connections of all actors of the node are not recorded. Safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public interface DeliveryLog {

	/** Most deliveries that are recorded, of all events together. */
	int MAX_DELIVERIES = 10_000;

	/** Most connections that are recorded for one event. */
	int MAX_PER_EVENT = 1_000;

	/** Most bytes of heap that the log takes; the oldest events are removed first. */
	int MAX_BYTES = 8 * 1024 * 1024;

	/**
	 * Returns what has happened to the recorded events of a name, sent by any instance,
	 * the oldest first. If none was sent, returns the subscriptions to it that were
	 * refused.
	 * @param event their name
	 */
	Explanation explain(String event);

	/**
	 * Returns what has happened to the recorded events of a name, the oldest first. If
	 * none was sent, returns the subscriptions to it that were refused.
	 * @param actor instance that has sent them
	 * @param event their name
	 */
	Explanation explain(ActorAddress actor, String event);

	/**
	 * Returns what has happened to an event.
	 * @param actor instance that has sent it
	 * @param sequence its position, in any time of the instance in memory
	 */
	Explanation explain(ActorAddress actor, long sequence);

	/**
	 * Returns what has happened to all recorded events, the oldest first.
	 * @param actor instance that has sent them
	 */
	Explanation explain(ActorAddress actor);

	/** Removes all deliveries and refused subscriptions. */
	void clear();

}
