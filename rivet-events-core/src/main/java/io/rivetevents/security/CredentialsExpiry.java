/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.AuthenticationExpiry;

/**
 * Reads the expiry of what a client has authenticated with: of a JSON Web Token, of an
 * opaque token as the introspection returns it, or of a client certificate.
 */
public final class CredentialsExpiry implements AuthenticationExpiry {

	private static final boolean OAUTH2 = ClassUtils.isPresent("org.springframework.security.oauth2.core.OAuth2Token",
			CredentialsExpiry.class.getClassLoader());

	/** If a converter has replaced the credentials, the token is the principal. */
	@Override
	public @Nullable Instant expiresAt(Principal principal) {
		if (!(principal instanceof Authentication authentication)) {
			return null;
		}
		Instant end = of(authentication.getCredentials());
		return (end != null) ? end : of(authentication.getPrincipal());
	}

	private static @Nullable Instant of(@Nullable Object holder) {
		if (holder instanceof X509Certificate certificate) {
			return certificate.getNotAfter().toInstant();
		}
		return OAUTH2 ? Tokens.expiresAt(holder) : null;
	}

	/** Loaded only if OAuth 2 is present. */
	private static final class Tokens {

		static @Nullable Instant expiresAt(@Nullable Object holder) {
			return (holder instanceof OAuth2Token token) ? token.getExpiresAt() : null;
		}

	}

}
