/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.security.Principal;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalIssuer;

/**
 * Decides whether a principal is authenticated, and identifies a user by issuer and name.
 * All transports and routes use it.
 * <p>
 * The owner id of a user without an issuer is its name. If there is a home issuer, the
 * same applies to the users of the home issuer, and users without an issuer get the
 * issuer {@value #LOCAL}. The owner id of any other user is {@code issuer|name}. A bar is
 * escaped if the owner id could otherwise be that of another user. An issuer whose own
 * name is reserved gets a {@code %} prefix: the empty name, and {@value #LOCAL} if there
 * is a home issuer.
 */
public final class Users {

	/** Treats every principal as authenticated and identifies it by name only. */
	public static final Users PLAIN = new Users((principal) -> true, PrincipalIssuer.NONE, null);

	/** Issuer of users that the application itself names, if there is a home issuer. */
	public static final String LOCAL = "local";

	private static final char QUOTE = '%';

	private final Predicate<Principal> signedIn;

	private final PrincipalIssuer issuers;

	private final @Nullable String homeIssuer;

	/**
	 * Creates the rules.
	 * @param signedIn whether a principal is authenticated
	 * @param issuers finds issuers
	 * @param homeIssuer issuer whose users are identified by their names alone,
	 * {@code null} if there is none
	 */
	public Users(Predicate<Principal> signedIn, PrincipalIssuer issuers, @Nullable String homeIssuer) {
		this.signedIn = signedIn;
		this.issuers = issuers;
		this.homeIssuer = homeIssuer;
	}

	/**
	 * Returns whether a principal is authenticated: not an anonymous or unauthenticated
	 * one; a remembered one is.
	 * @param principal the principal
	 */
	public boolean isSignedIn(Principal principal) {
		return this.signedIn.test(principal);
	}

	/**
	 * Returns the issuer to look up users of an issuer.
	 * @param issuer the issuer named in a token
	 * @return {@code null} for the home issuer, whose users are identified by their names
	 * alone
	 */
	public @Nullable String known(String issuer) {
		return issuer.equals(this.homeIssuer) ? null : issuer;
	}

	/**
	 * Returns the owner id, which identifies a user.
	 * @param principal the user's principal, {@code null} if anonymous
	 * @return the owner id, {@code null} if anonymous
	 */
	public @Nullable String ownerOf(@Nullable Principal principal) {
		if (principal == null) {
			return null;
		}
		String issuer = this.issuers.issuerOf(principal);
		if (this.homeIssuer != null) {
			issuer = (issuer == null) ? LOCAL : issuer.equals(this.homeIssuer) ? null : quoted(issuer);
		}
		else if (issuer != null) {
			issuer = quoted(issuer);
		}
		return Identity.owner(principal.getName(), issuer);
	}

	/**
	 * Quotes a reserved name of an issuer. An issuer chooses its name, so a quoted name
	 * is quoted again: no two names become the same.
	 */
	private String quoted(String issuer) {
		int end = 0;
		while (end < issuer.length() && issuer.charAt(end) == QUOTE) {
			end++;
		}
		boolean reserved = end == issuer.length() || (this.homeIssuer != null && issuer.startsWith(LOCAL, end)
				&& issuer.length() == end + LOCAL.length());
		return reserved ? QUOTE + issuer : issuer;
	}

}
