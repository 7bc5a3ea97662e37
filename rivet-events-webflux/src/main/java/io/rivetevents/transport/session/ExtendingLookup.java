/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import org.springframework.web.server.session.WebSessionStore;
import reactor.core.publisher.Mono;

/**
 * Extends the life of sessions that have open connections, as a request does.
 */
public final class ExtendingLookup implements SessionLookup {

	private final WebSessionStore store;

	/**
	 * Creates the lookup.
	 * @param store the sessions of the application
	 */
	public ExtendingLookup(WebSessionStore store) {
		this.store = store;
	}

	/** The store sets the time of the last access. */
	@Override
	public Mono<SeenSession> find(String id) {
		return this.store.retrieveSession(id).flatMap((session) -> session.save().thenReturn(SeenSession.of(session)));
	}

	@Override
	public boolean isExtending() {
		return true;
	}

}
