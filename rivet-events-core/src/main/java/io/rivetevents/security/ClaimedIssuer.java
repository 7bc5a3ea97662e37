/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.PrincipalIssuer;

/**
 * Reads the claim {@code iss} of a JSON Web Token, an introspected token or a user of
 * OpenID Connect. For users of an OAuth 2 login without OpenID Connect, whose provider
 * has no issuer, returns the id of the client registration.
 */
public final class ClaimedIssuer implements PrincipalIssuer {

	private static final boolean OAUTH2 = isPresent("org.springframework.security.oauth2.core.ClaimAccessor");

	private static final boolean LOGIN = isPresent(
			"org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken");

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ClaimedIssuer.class.getClassLoader());
	}

	@Override
	public @Nullable String issuerOf(Principal principal) {
		if (!OAUTH2 || !(principal instanceof Authentication authentication)) {
			return null;
		}
		String registration = LOGIN ? Logins.registration(authentication) : null;
		if (registration != null) {
			// other attributes of such a user are controlled by the provider
			String claimed = Claims.claimed(authentication.getPrincipal());
			return (claimed != null) ? claimed : registration;
		}
		String ofPrincipal = Claims.issuer(authentication.getPrincipal());
		// if a converter has replaced the principal, the token is in the credentials
		return (ofPrincipal != null) ? ofPrincipal : Claims.issuer(authentication.getCredentials());
	}

	/** Loaded only if an OAuth 2 client is present. */
	private static final class Logins {

		static @Nullable String registration(Authentication authentication) {
			return (authentication instanceof OAuth2AuthenticationToken login)
					? login.getAuthorizedClientRegistrationId() : null;
		}

	}

	/** Loaded only if OAuth 2 is present. */
	private static final class Claims {

		static @Nullable String issuer(@Nullable Object holder) {
			return (holder instanceof OAuth2AuthenticatedPrincipal user && !(holder instanceof ClaimAccessor))
					? text(user.getAttributes()) : claimed(holder);
		}

		static @Nullable String claimed(@Nullable Object holder) {
			return (holder instanceof ClaimAccessor token) ? text(token.getClaims()) : null;
		}

		private static @Nullable String text(Map<String, Object> claims) {
			Object issuer = claims.get("iss");
			return (issuer != null) ? issuer.toString() : null;
		}

	}

}
