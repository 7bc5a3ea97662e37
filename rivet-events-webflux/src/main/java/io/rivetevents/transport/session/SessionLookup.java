/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import reactor.core.publisher.Mono;

/**
 * Finds sessions in the store that several nodes share.
 */
@FunctionalInterface
public interface SessionLookup {

	/** There is no such store: the session of the last request on this node decides. */
	SessionLookup NONE = new SessionLookup() {

		@Override
		public Mono<SeenSession> find(String id) {
			return Mono.empty();
		}

		@Override
		public boolean isPresent() {
			return false;
		}

	};

	/**
	 * Finds a session without extending its life.
	 * @param id its present id
	 * @return the session; empty if there is none, or it has expired
	 */
	Mono<SeenSession> find(String id);

	/**
	 * Returns whether {@link #find} extends the life of a session after all, as the
	 * application has asked for.
	 */
	default boolean isExtending() {
		return false;
	}

	/** Returns whether there is a shared store. */
	default boolean isPresent() {
		return true;
	}

}
