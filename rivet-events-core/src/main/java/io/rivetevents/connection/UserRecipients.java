/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.time.Duration;
import java.util.function.Predicate;

import reactor.core.publisher.Mono;

/**
 * One user's connections to all actors on all nodes. Besides sending events, its methods
 * end the rights of the user. Change the rights themselves first: a client that is
 * connecting at the same time is not closed, and a closed client may try again.
 *
 * @since 0.1.0
 */
public interface UserRecipients extends ClusterRecipients {

	/**
	 * Requests new credentials of the connections, as if the present ones had expired
	 * now. A client of the extended mode has {@code rivet.events.security.expiry-grace}
	 * to send them on the open connection, otherwise it is closed with
	 * {@code auth.expired}; a RivetKit client is closed immediately, and reconnects with
	 * the result of {@code getParams}. Delivery to other nodes is as reliable as the
	 * backplane. Nodes of an older version ignore the command.
	 * @return number of these connections of this node; other nodes are not counted
	 * @throws UnsupportedOperationException if a custom backplane of the application does
	 * not support commands; the command applies to the connections of this node in this
	 * case
	 */
	int reauthenticate();

	/**
	 * Closes the connections after the queued messages have been sent, like
	 * {@link Connection#disconnect(String)}. The rivet-events client does not reconnect;
	 * RivetKit clients reconnect immediately. Delivery to other nodes is as reliable as
	 * the backplane. Nodes of an older version ignore the command.
	 * @param reason text that the clients receive; cut to 123 bytes of UTF-8
	 * @return number of closed connections of this node; other nodes are not counted
	 * @throws UnsupportedOperationException if a custom backplane of the application does
	 * not support commands; the connections of this node are closed in this case
	 */
	int disconnect(String reason);

	/**
	 * Closes some of the connections with {@code auth.forbidden}. Each subscription
	 * queries all nodes for the connections, tests them on this node, and sends the nodes
	 * a command to close those that match. A node that does not answer in time keeps its
	 * connections; it is one of the {@linkplain UserConnections#missingNodes() missing
	 * nodes}. With more than 1,000 connections of a node, those beyond are not tested,
	 * and the result is not {@linkplain UserConnections#complete() complete}. Delivery of
	 * the command to other nodes is as reliable as the backplane. Nodes of an older
	 * version ignore it.
	 * @param which tests a connection; called on any thread
	 * @param timeout longest time to wait for other nodes
	 * @return the connections that match, on the nodes that have answered in time. Fails
	 * with an exception of the predicate, in which case no connection is closed, and with
	 * {@link UnsupportedOperationException} as {@link #disconnect(String)}
	 * @throws IllegalArgumentException if the timeout is not positive
	 */
	Mono<UserConnections> revoke(Predicate<ConnectionInfo> which, Duration timeout);

}
