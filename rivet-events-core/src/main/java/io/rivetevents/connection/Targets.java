package io.rivetevents.connection;

import java.util.Collection;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * All connections of an actor or a node, to be told something at once, or a part of them
 * to be chosen. What is called on this itself goes to all.
 *
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface Targets<C extends @Nullable Object> extends Recipients {

	/**
	 * Return some connections.
	 * @param connections which ones; those of others than this are passed over
	 */
	Recipients to(Connection<?>... connections);

	/**
	 * Return some connections.
	 * @param connections which ones; those of others than this are passed over
	 */
	Recipients to(Collection<? extends Connection<?>> connections);

	/**
	 * Return all connections but some. Another tab of the same user is another
	 * connection: {@link #exceptUser(String)} leaves out all of them.
	 * @param connections which ones to leave out
	 */
	Recipients except(Connection<?>... connections);

	/**
	 * Return all connections but some. Another tab of the same user is another
	 * connection: {@link #exceptUser(String)} leaves out all of them.
	 * @param connections which ones to leave out
	 */
	Recipients except(Collection<? extends Connection<?>> connections);

	/**
	 * Return the connections of one user.
	 * @param userName name of the principal; not empty. It stands for the user of that
	 * name without an issuer or, where there is a home issuer, of that one
	 */
	Recipients toUser(String userName);

	/**
	 * Return the connections of one user whom a certain issuer has named.
	 * @param userName name of the principal; not empty
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 */
	Recipients toUser(String userName, String issuer);

	/**
	 * Return all connections but those of one user, who may have several.
	 * @param userName name of the principal; not empty. It stands for the same user as in
	 * {@link #toUser(String)}
	 */
	Recipients exceptUser(String userName);

	/**
	 * Return all connections but those of one user whom a certain issuer has named.
	 * @param userName name of the principal; not empty
	 * @param issuer the issuer, such as the claim {@code iss} of its token
	 */
	Recipients exceptUser(String userName, String issuer);

	/**
	 * Return the connections for which a predicate holds.
	 * @param predicate asked for each connection when an event is sent: on the calling
	 * thread within the actor, in the actor's turn from outside. It does not travel to
	 * other nodes
	 */
	Recipients where(Predicate<? super Connection<C>> predicate);

}
