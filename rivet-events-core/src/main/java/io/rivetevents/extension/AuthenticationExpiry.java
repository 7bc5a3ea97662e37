/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Finds the time at which the credentials of a client expire. The client is notified
 * before it, and its connection closes after it unless the client has authenticated
 * again. Beans of this type add to the default, which reads the expiry of OAuth 2 tokens
 * and client certificates; the earliest time counts.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AuthenticationExpiry {

	/** Finds no expiry. */
	AuthenticationExpiry NONE = (principal) -> null;

	/**
	 * Returns the time at which the credentials of a user expire. Called on an event
	 * loop, once for each authentication of a client: it must not block.
	 * @param principal the authenticated principal
	 * @return the time; {@code null} if the credentials do not expire, or the time is not
	 * known
	 */
	@Nullable Instant expiresAt(Principal principal);

	/**
	 * Returns an expiry at the earliest of several times.
	 * @param all each finds a time, or none
	 */
	static AuthenticationExpiry earliest(Iterable<AuthenticationExpiry> all) {
		return (principal) -> {
			Instant earliest = null;
			for (AuthenticationExpiry each : all) {
				Instant end = each.expiresAt(principal);
				earliest = (earliest == null || (end != null && end.isBefore(earliest))) ? end : earliest;
			}
			return earliest;
		};
	}

}
