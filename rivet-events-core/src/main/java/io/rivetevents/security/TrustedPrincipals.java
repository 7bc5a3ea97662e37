/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.util.function.Predicate;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.core.Authentication;

/**
 * Distinguishes authenticated principals from those of anonymous clients, such as the
 * token of {@code http.anonymous()}. A remembered principal is authenticated.
 */
public final class TrustedPrincipals implements Predicate<Principal> {

	private final AuthenticationTrustResolver resolver;

	/**
	 * Creates the predicate.
	 * @param resolver classifies tokens of Spring Security
	 */
	public TrustedPrincipals(AuthenticationTrustResolver resolver) {
		this.resolver = resolver;
	}

	@Override
	public boolean test(Principal principal) {
		return !(principal instanceof Authentication authentication) || this.resolver.isAuthenticated(authentication);
	}

}
