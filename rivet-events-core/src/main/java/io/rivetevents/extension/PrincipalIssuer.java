package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Finds who has named a user. A bean of this type replaces the one that reads the claim
 * {@code iss} of tokens and of users of OpenID Connect, and the client registration of
 * other OAuth 2 logins.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PrincipalIssuer {

	/** Finds none. */
	PrincipalIssuer NONE = (principal) -> null;

	/**
	 * Returns the issuer of the name of a user. Called on an event loop: it must not wait.
	 * @param principal who signed in
	 * @return its issuer; {@code null} if the application itself names it
	 */
	@Nullable String issuerOf(Principal principal);

}
