/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.ConnectionInfo;

/**
 * The answer of one node to a {@link NodeQuery}.
 */
public sealed interface NodeAnswer {

	/**
	 * Connections of a user.
	 *
	 * @param connections the connections
	 * @param more number of further ones, which are not listed
	 */
	record Found(List<ConnectionInfo> connections, int more) implements NodeAnswer {

		public Found {
			connections = List.copyOf(connections);
		}

	}

	/**
	 * What an operator receives.
	 *
	 * @param text the answer as JSON, {@code null} if what the request is about does not
	 * exist
	 */
	record Document(@Nullable String text) implements NodeAnswer {
	}

	/**
	 * Numbers of connections and users.
	 *
	 * @param connections number of connections
	 * @param users hashes of the owner ids of users, which find those that other nodes
	 * have, too
	 * @param moreUsers number of further users
	 */
	record Counted(int connections, Set<Long> users, int moreUsers) implements NodeAnswer {

		public Counted {
			users = Set.copyOf(users);
		}

	}

}
