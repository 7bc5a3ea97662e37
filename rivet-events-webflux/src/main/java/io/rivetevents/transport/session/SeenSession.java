/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.session;

import java.time.Duration;
import java.time.Instant;

import org.springframework.web.server.WebSession;

/**
 * A web session as it was last seen. Sessions of the memory change with the session;
 * those of other stores are copies.
 */
public interface SeenSession {

	/** Returns the present id. */
	String id();

	/** Returns the time of the last access. */
	Instant lastAccess();

	/** Returns how long the session may be idle; negative for any time. */
	Duration maxIdle();

	/** Returns whether the session was invalidated, or is idle for too long. */
	boolean isExpired();

	/**
	 * Returns the session of a request.
	 * @param session the session
	 */
	static SeenSession of(WebSession session) {
		return new SeenSession() {

			@Override
			public String id() {
				return session.getId();
			}

			@Override
			public Instant lastAccess() {
				return session.getLastAccessTime();
			}

			@Override
			public Duration maxIdle() {
				return session.getMaxIdleTime();
			}

			@Override
			public boolean isExpired() {
				return session.isExpired();
			}

		};
	}

}
