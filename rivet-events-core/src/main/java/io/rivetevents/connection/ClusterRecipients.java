/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

/**
 * Connections of all nodes: all of them, or those of one user. Their events can be stored
 * in a transaction.
 *
 * @since 0.1.0
 */
public interface ClusterRecipients extends Recipients {

	/**
	 * Returns the same connections. An event to them is stored in the outbox, a table of
	 * the database, and sent after the commit, at least once:
	 * <ul>
	 * <li>In a transaction of the calling thread the event is a row of it: a rollback
	 * removes it. The transaction must use the {@code DataSource} of the outbox.
	 * <li>Without a transaction the event is committed when the method returns.
	 * <li>A node takes the row and sends the event. If it stops before that, another node
	 * does. The clients of rivet-events handle the event once; others may see it twice.
	 * <li>An event that no connection receives within {@code rivet.events.outbox.max-age}
	 * is dropped.
	 * </ul>
	 * The methods block until the row is stored. Their receipts count no connections. An
	 * {@code afterCommit()} on the result has no further effect.
	 * <p>
	 * Sending fails with {@code IllegalStateException} without an outbox, which requires
	 * rivet-events-jdbc, on a thread that must not block, and in a transaction that
	 * cannot store the row; with {@code RivetException} {@code message.outgoing_too_long}
	 * if the arguments have more bytes than {@code rivet.events.outbox.max-size}.
	 */
	Recipients durable();

	@Override
	ClusterRecipients tagged(String... tags);

	@Override
	ClusterRecipients droppable();

}
