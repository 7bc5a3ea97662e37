/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.List;

import tools.jackson.databind.JsonNode;

/**
 * Stores events and calls of actions in the database, in the transaction of the calling
 * thread, from where they are delivered after the commit, at least once. Applications use
 * it by {@code connections.user(name).durable()} and {@code actors.get(..).durable()},
 * and inject it to read its {@link #status() counters}. Safe for use by several threads.
 * <p>
 * The methods {@code add} block until the database has stored the row. They throw
 * {@code IllegalStateException} on a thread that must not block, in a transaction that
 * does not use the database of the outbox or is read-only, without a transaction if the
 * thread may be in a reactive one, and if the application has no outbox. They throw
 * {@code RivetException} with {@code message.outgoing_too_long} if the arguments are too
 * long. A failure of the database is thrown as it is.
 *
 * @since 0.1.0
 */
public interface Outbox {

	/** The outbox of an application without a database for it. */
	Outbox NONE = new NoOutbox();

	/**
	 * Stores an event for connections of all nodes.
	 * @param event the event; its selection is {@code All} or {@code User}
	 */
	void add(AddressedEvent event);

	/**
	 * Stores a call of an action whose result is not used.
	 * @param target the target instance
	 * @param action name of the action
	 * @param args its arguments
	 */
	void add(ActorTarget target, String action, List<JsonNode> args);

	/**
	 * Notes that an event of another node has reached a connection of this node. It is
	 * not sent again.
	 * @param id id of the event
	 */
	void received(String id);

	/**
	 * Returns the counters of this node.
	 */
	OutboxStatus status();

}
