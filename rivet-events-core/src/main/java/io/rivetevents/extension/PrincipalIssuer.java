/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Finds the issuer of a user's name. A bean of this type replaces the default, which
 * reads the claim {@code iss} of tokens and of users of OpenID Connect, and the client
 * registration of other OAuth 2 logins.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PrincipalIssuer {

	/** Finds no issuer. */
	PrincipalIssuer NONE = (principal) -> null;

	/**
	 * Returns the issuer of a user's name. Called on an event loop: it must not block.
	 * @param principal the authenticated principal
	 * @return its issuer; {@code null} if the application itself names the user
	 */
	@Nullable String issuerOf(Principal principal);

}
