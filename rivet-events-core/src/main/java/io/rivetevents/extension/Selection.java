/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;

/**
 * The connections that an event is for, among those of an actor, of a node, or of all
 * nodes.
 *
 * @since 0.1.0
 */
public sealed interface Selection {

	/** Every connection. */
	Selection ALL = new All();

	/**
	 * Returns whether a connection is selected.
	 * @param connection the connection, for a predicate
	 * @param id its id, or the id of its stream if the selection names streams
	 * @param owner the owner id of its user, as in {@link Identity#owner()}; {@code null}
	 * if anonymous
	 */
	boolean includes(Connection<?> connection, String id, @Nullable String owner);

	/**
	 * Returns the same selection with stream ids in place of connection ids.
	 * @param streamIds finds the id of a stream by that of a connection
	 */
	default Selection byStream(UnaryOperator<String> streamIds) {
		return this;
	}

	/** Every connection. */
	record All() implements Selection {

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return true;
		}

	}

	/**
	 * Some connections.
	 *
	 * @param connectionIds their ids
	 */
	record These(Set<String> connectionIds) implements Selection {

		public These {
			connectionIds = Set.copyOf(connectionIds);
		}

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return this.connectionIds.contains(id);
		}

		@Override
		public Selection byStream(UnaryOperator<String> streamIds) {
			return new These(this.connectionIds.stream().map(streamIds).collect(Collectors.toSet()));
		}

	}

	/**
	 * Every connection except some.
	 *
	 * @param connectionIds ids of the excluded connections
	 */
	record AllExcept(Set<String> connectionIds) implements Selection {

		public AllExcept {
			connectionIds = Set.copyOf(connectionIds);
		}

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return !this.connectionIds.contains(id);
		}

		@Override
		public Selection byStream(UnaryOperator<String> streamIds) {
			return new AllExcept(this.connectionIds.stream().map(streamIds).collect(Collectors.toSet()));
		}

	}

	/**
	 * The connections of one user.
	 *
	 * @param name name of the principal
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 */
	record User(String name, @Nullable String issuer) implements Selection {

		public User(String name) {
			this(name, null);
		}

		/** Returns the owner id of the user. */
		public String owner() {
			return Identity.owner(this.name, this.issuer);
		}

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return owner().equals(owner);
		}

	}

	/**
	 * Every connection except those of one user.
	 *
	 * @param name name of the principal
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 */
	record AllExceptUser(String name, @Nullable String issuer) implements Selection {

		public AllExceptUser(String name) {
			this(name, null);
		}

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return !Identity.owner(this.name, this.issuer).equals(owner);
		}

	}

	/**
	 * The connections that a predicate selects. It is evaluated on the node of the
	 * connections, and cannot be sent to another node.
	 *
	 * @param predicate called for each connection
	 */
	record Where(Predicate<Connection<?>> predicate) implements Selection {

		@Override
		public boolean includes(Connection<?> connection, String id, @Nullable String owner) {
			return this.predicate.test(connection);
		}

	}

}
