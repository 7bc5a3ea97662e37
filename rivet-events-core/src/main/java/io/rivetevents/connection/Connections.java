package io.rivetevents.connection;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The connections of all actors, for the server's own code: a controller, a listener, a
 * scheduled job. Safe for use by several threads.
 * <p>
 * Events that are sent here do not pass through the turns of the actors: they arrive in
 * the order in which they were sent here, and in no defined order with the events that an
 * actor sends.
 * <p>
 * The contracts of actors do not restrict what is sent: a strict contract rejects no
 * event, and an event is droppable by its declaration only if it is sent by a contract.
 * Subscription guards apply: a broadcast under a name that an actor's contract guards
 * reaches, on all nodes, only the subscriptions that the guard has admitted.
 *
 * @since 0.1.0
 */
public interface Connections {

	/**
	 * Returns the connections of this node, whatever their actor. A predicate can use the
	 * principal, the params, the actor and the state of each connection. It must check
	 * the actor before it reads the state, since not every actor keeps one. If the
	 * predicate throws, nothing is sent.
	 */
	Targets<@Nullable Object> here();

	/**
	 * Returns every connection of all nodes, whatever its actor.
	 */
	Recipients everywhere();

	/**
	 * Returns one user's connections on all nodes, whatever their actor.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @throws IllegalArgumentException if it is empty
	 */
	Recipients user(String userName);

	/**
	 * Returns the connections on all nodes of the user that an issuer has named.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 * @throws IllegalArgumentException if one of them is empty
	 */
	Recipients user(String userName, String issuer);

	/**
	 * Sends an event to one user's connections on all nodes, whatever their actor and
	 * whether they have subscribed to it or not. Delivery to other nodes is as reliable
	 * as the backplane.
	 * @param userName name of the principal
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return the receipt of this node; other nodes are not counted
	 * @throws IllegalArgumentException if the name of the user is empty
	 */
	Receipt sendToUser(String userName, String event, @Nullable Object... args);

	/**
	 * Returns one user's connections on this node; a snapshot.
	 * @param userName name of the principal
	 */
	List<? extends Connection<?>> ofUser(String userName);

	/**
	 * Returns the connections on this node of the user that an issuer has named; a
	 * snapshot.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 */
	List<? extends Connection<?>> ofUser(String userName, String issuer);

	/**
	 * Closes one user's connections on all nodes, whatever their actor, with
	 * {@code auth.logged_out}: our client asks for new credentials before it reconnects,
	 * a RivetKit client reconnects at once. Revoke the rights of the user first, since a
	 * client that is just connecting is not closed and any client may try again. Delivery
	 * to other nodes is as reliable as the backplane. Returns at once; events that were
	 * sent before are still written.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @return how many connections of this node are closed; other nodes are not counted
	 * @throws IllegalArgumentException if the name is empty
	 * @throws UnsupportedOperationException if the application's own backplane carries no
	 * commands; the connections of this node are closed then
	 * @since 0.1.0
	 */
	int closeUser(String userName);

	/**
	 * Closes the connections on all nodes of the user that an issuer has named, like
	 * {@link #closeUser(String)}.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token; that of the
	 * home issuer is the same as none
	 * @return how many connections of this node are closed; other nodes are not counted
	 * @throws IllegalArgumentException if one of them is empty
	 * @since 0.1.0
	 */
	int closeUser(String userName, String issuer);

	/**
	 * Returns how many connections actors of this node have accepted.
	 */
	int count();

}
