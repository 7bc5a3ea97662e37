/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The connections of all actors, for server code: a controller, a listener, a scheduled
 * job. Safe for use by several threads.
 * <p>
 * Events sent through this interface do not pass through the turns of actors. They arrive
 * in the order in which they were sent here, and in no defined order relative to events
 * that an actor sends.
 * <p>
 * The contracts of actors do not restrict these events. A strict contract rejects no
 * event here, and an event is droppable by its declaration only if it is sent by a
 * contract. Subscription guards apply: a broadcast of an event that an actor's contract
 * guards reaches, on all nodes, only the subscriptions that the guard has accepted.
 *
 * @since 0.1.0
 */
public interface Connections {

	/**
	 * Returns the connections of all actors on this node. A predicate can use the
	 * principal, the params, the actor and the state of each connection. It must check
	 * the actor before it reads the state, since not every actor has connection state. If
	 * the predicate throws an exception, nothing is sent.
	 */
	Targets<@Nullable Object> here();

	/**
	 * Returns the connections of all actors on all nodes.
	 */
	ClusterRecipients everywhere();

	/**
	 * Returns one user's connections to all actors on all nodes.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @throws IllegalArgumentException if the name is empty
	 */
	UserRecipients user(String userName);

	/**
	 * Returns the connections on all nodes of one user of an issuer.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token; the
	 * home issuer is equivalent to no issuer
	 * @throws IllegalArgumentException if the name or the issuer is empty
	 */
	UserRecipients user(String userName, String issuer);

	/**
	 * Sends an event to one user's connections to all actors on all nodes, whether or not
	 * they have subscribed to it. Delivery to other nodes is as reliable as the
	 * backplane.
	 * @param userName name of the principal
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return the receipt of this node; other nodes are not counted
	 * @throws IllegalArgumentException if the name of the user is empty
	 */
	Receipt sendToUser(String userName, String event, @Nullable Object... args);

	/**
	 * Returns a snapshot of one user's connections on this node. In a cluster a
	 * connection is of the node that has its instance;
	 * {@link #ofUserEverywhere(String, Duration)} has those of all nodes.
	 * @param userName name of the principal
	 */
	List<? extends Connection<?>> ofUser(String userName);

	/**
	 * Returns a snapshot of the connections on this node of one user of an issuer.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token; the
	 * home issuer is equivalent to no issuer
	 * @throws IllegalArgumentException if the name or the issuer is empty
	 */
	List<? extends Connection<?>> ofUser(String userName, String issuer);

	/**
	 * Finds one user's connections to all actors on all nodes, for example to show
	 * whether the user is online. Each subscription queries the other nodes anew, and
	 * receives what it gets on any thread. With a backplane of the application it has the
	 * connections of this node, and is not complete.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @param timeout longest time to wait for other nodes
	 * @return the connections of the nodes that have answered in time; never fails
	 * @throws IllegalArgumentException if the name is empty, or the timeout is not
	 * positive
	 * @since 0.1.0
	 */
	Mono<UserConnections> ofUserEverywhere(String userName, Duration timeout);

	/**
	 * Finds the connections on all nodes of one user of an issuer, like
	 * {@link #ofUserEverywhere(String, Duration)}.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token; the
	 * home issuer is equivalent to no issuer
	 * @param timeout longest time to wait for other nodes
	 * @return the connections of the nodes that have answered in time; never fails
	 * @throws IllegalArgumentException if the name or the issuer is empty, or the timeout
	 * is not positive
	 * @since 0.1.0
	 */
	Mono<UserConnections> ofUserEverywhere(String userName, String issuer, Duration timeout);

	/**
	 * Closes one user's connections to all actors on all nodes with
	 * {@code auth.logged_out}. The rivet-events client requests new credentials before it
	 * reconnects; a RivetKit client reconnects immediately. Revoke the rights of the user
	 * first: a client that is connecting at the same time is not closed, and every client
	 * may try again. Delivery to other nodes is as reliable as the backplane. Returns
	 * immediately; events that were sent before are still written.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @return number of closed connections of this node; other nodes are not counted
	 * @throws IllegalArgumentException if the name is empty
	 * @throws UnsupportedOperationException if a custom backplane of the application does
	 * not support commands; the connections of this node are closed in this case
	 * @since 0.1.0
	 */
	int closeUser(String userName);

	/**
	 * Closes the connections on all nodes of one user of an issuer, like
	 * {@link #closeUser(String)}.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token; the
	 * home issuer is equivalent to no issuer
	 * @return number of closed connections of this node; other nodes are not counted
	 * @throws IllegalArgumentException if the name or the issuer is empty
	 * @since 0.1.0
	 */
	int closeUser(String userName, String issuer);

	/**
	 * Returns the number of accepted connections to actors of this node.
	 */
	int count();

	/**
	 * Counts the accepted connections and their users on all nodes of a cluster, like
	 * {@link #ofUserEverywhere(String, Duration)}. The answer of a node has up to 800 KB,
	 * so query every few seconds at most.
	 * @param timeout longest time to wait for other nodes
	 * @return the numbers of the nodes that have answered in time; never fails
	 * @throws IllegalArgumentException if the timeout is not positive
	 * @since 0.1.0
	 */
	Mono<ConnectionCounts> countEverywhere(Duration timeout);

}
