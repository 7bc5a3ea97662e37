package io.rivetevents.security;

import java.security.Principal;
import java.util.function.Predicate;

import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.core.Authentication;

/**
 * Tells a principal that has signed in from one that stands for nobody, such as the token
 * of {@code http.anonymous()}. A remembered one has signed in.
 */
public final class TrustedPrincipals implements Predicate<Principal> {

	private final AuthenticationTrustResolver resolver;

	/**
	 * Creates the predicate.
	 * @param resolver decides about tokens of Spring Security
	 */
	public TrustedPrincipals(AuthenticationTrustResolver resolver) {
		this.resolver = resolver;
	}

	@Override
	public boolean test(Principal principal) {
		return !(principal instanceof Authentication authentication) || this.resolver.isAuthenticated(authentication);
	}

}
