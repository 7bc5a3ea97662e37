/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A question to a node about its connections and instances. A later version may add
 * kinds; an older node does not answer these.
 */
public sealed interface NodeQuery {

	/**
	 * Which connections has a user? Answered with {@link NodeAnswer.Found}.
	 *
	 * @param name name of the principal
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 */
	record OfUser(String name, @Nullable String issuer) implements NodeQuery {
	}

	/**
	 * Reads or changes an instance for an operator. Answered with
	 * {@link NodeAnswer.Document}. Only nodes that own instances receive it: those of a
	 * cluster.
	 *
	 * @param request the request as JSON
	 */
	record OfOperator(String request) implements NodeQuery {
	}

	/** How many connections are there? Answered with {@link NodeAnswer.Counted}. */
	record Count() implements NodeQuery {
	}

}
