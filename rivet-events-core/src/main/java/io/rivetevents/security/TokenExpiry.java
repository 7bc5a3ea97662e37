/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.AuthenticationExpiry;

/**
 * Reads the expiry of the token with which a client has authenticated: of a JSON Web
 * Token, or of an opaque token as the introspection returns it.
 */
public final class TokenExpiry implements AuthenticationExpiry {

	private static final boolean OAUTH2 = ClassUtils.isPresent("org.springframework.security.oauth2.core.OAuth2Token",
			TokenExpiry.class.getClassLoader());

	@Override
	public @Nullable Instant expiresAt(Principal principal) {
		return (OAUTH2 && principal instanceof Authentication authentication) ? Tokens.expiresAt(authentication) : null;
	}

	/** Loaded only if OAuth 2 is present. */
	private static final class Tokens {

		/** If a converter has replaced the credentials, the token is the principal. */
		static @Nullable Instant expiresAt(Authentication authentication) {
			Instant end = of(authentication.getCredentials());
			return (end != null) ? end : of(authentication.getPrincipal());
		}

		private static @Nullable Instant of(@Nullable Object holder) {
			return (holder instanceof OAuth2Token token) ? token.getExpiresAt() : null;
		}

	}

}
