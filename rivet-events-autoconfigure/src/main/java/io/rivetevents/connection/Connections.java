package io.rivetevents.connection;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The connections of all actors, for the server's own code: a controller, a listener, a
 * scheduled job. What is sent here passes by the turns of the actors: it arrives in the
 * order in which it was sent here, and in no certain order with what an actor sends
 * itself. The declarations of actors have no say in how it is sent: no event is refused
 * by a strict contract, and only one that is sent by a contract is droppable for it. They
 * have in who gets it: a name that an actor's contract guards reaches by a broadcast,
 * here and on other nodes, those alone whom the guard lets subscribe.
 */
public interface Connections {

	/**
	 * Return the connections of this node, whatever their actor. A predicate sees the
	 * principal, the params, the actor and the state of each; since not every actor keeps
	 * a connection state, it asks for the actor first. One that fails sends nothing.
	 */
	Targets<@Nullable Object> here();

	/**
	 * Return every connection of all nodes, whatever its actor.
	 */
	Recipients everywhere();

	/**
	 * Return one user's connections on all nodes, whatever their actor.
	 * @param userName name of the principal, as for {@link Targets#toUser(String)}
	 * @throws IllegalArgumentException if it is empty
	 */
	Recipients user(String userName);

	/**
	 * Return the connections on all nodes of one user whom a certain issuer has named.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 * @throws IllegalArgumentException if one of them is empty
	 */
	Recipients user(String userName, String issuer);

	/**
	 * Send an event to one user's connections on all nodes, whatever their actor and
	 * whether they have subscribed to it or not. Other nodes get it as well as the
	 * backplane can bring it there.
	 * @param userName name of the principal
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return what became of it on this node
	 * @throws IllegalArgumentException if the name of the user is empty
	 */
	Receipt sendToUser(String userName, String event, @Nullable Object... args);

	/**
	 * Return one user's connections on this node; a snapshot.
	 * @param userName name of the principal
	 */
	List<? extends Connection<?>> ofUser(String userName);

	/**
	 * Return the connections on this node of one user whom a certain issuer has named; a
	 * snapshot.
	 * @param userName name of the principal
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 */
	List<? extends Connection<?>> ofUser(String userName, String issuer);

	/**
	 * Return how many connections this node has.
	 */
	int count();

}
