/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.util.Collection;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * All connections of an actor or a node, with methods that select some of them. Methods
 * that send, called on this object, send to all of them.
 *
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface Targets<C extends @Nullable Object> extends Recipients {

	/**
	 * Returns the given connections.
	 * @param connections the connections; those that do not belong to this object are
	 * ignored
	 */
	Recipients to(Connection<?>... connections);

	/**
	 * Returns the given connections.
	 * @param connections the connections; those that do not belong to this object are
	 * ignored
	 */
	Recipients to(Collection<? extends Connection<?>> connections);

	/**
	 * Returns all connections except the given ones. Another tab of the same user has its
	 * own connection; use {@link #exceptUser(String)} to exclude all connections of a
	 * user.
	 * @param connections the connections to exclude
	 */
	Recipients except(Connection<?>... connections);

	/**
	 * Returns all connections except the given ones. Another tab of the same user has its
	 * own connection; use {@link #exceptUser(String)} to exclude all connections of a
	 * user.
	 * @param connections the connections to exclude
	 */
	Recipients except(Collection<? extends Connection<?>> connections);

	/**
	 * Returns the connections of one user.
	 * @param userName name of the principal; not empty. It identifies the user of that
	 * name without an issuer or, if there is a home issuer, of the home issuer
	 */
	Recipients toUser(String userName);

	/**
	 * Returns the connections of one user of an issuer.
	 * @param userName name of the principal; not empty
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token
	 */
	Recipients toUser(String userName, String issuer);

	/**
	 * Returns all connections except those of one user.
	 * @param userName name of the principal; not empty. It identifies the same user as in
	 * {@link #toUser(String)}
	 */
	Recipients exceptUser(String userName);

	/**
	 * Returns all connections except those of one user of an issuer.
	 * @param userName name of the principal; not empty
	 * @param issuer the issuer, such as the claim {@code iss} of the user's token
	 */
	Recipients exceptUser(String userName, String issuer);

	/**
	 * Returns the connections that match a predicate.
	 * @param predicate evaluated for each connection when an event is sent: on the
	 * calling thread within the actor, in the actor's turn for calls from outside. It is
	 * not sent to other nodes
	 */
	Recipients where(Predicate<? super Connection<C>> predicate);

}
