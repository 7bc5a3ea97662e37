package io.rivetevents.security;

import java.security.Principal;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.util.ClassUtils;

import io.rivetevents.connection.PrincipalIssuer;

/**
 * Reads the claim {@code iss} of a JSON Web Token, an introspected token or a user of
 * OpenID Connect.
 */
public final class ClaimedIssuer implements PrincipalIssuer {

	private static final boolean OAUTH2 = ClassUtils.isPresent("org.springframework.security.oauth2.core.ClaimAccessor",
			ClaimedIssuer.class.getClassLoader());

	@Override
	public @Nullable String issuerOf(Principal principal) {
		if (!OAUTH2 || !(principal instanceof Authentication authentication)) {
			return null;
		}
		String ofPrincipal = Claims.issuer(authentication.getPrincipal());
		// where a converter has replaced the principal the token is the credentials
		return (ofPrincipal != null) ? ofPrincipal : Claims.issuer(authentication.getCredentials());
	}

	/** Loaded only where there is OAuth 2. */
	private static final class Claims {

		static @Nullable String issuer(@Nullable Object holder) {
			Map<String, Object> claims = (holder instanceof ClaimAccessor token) ? token.getClaims()
					: (holder instanceof OAuth2AuthenticatedPrincipal user) ? user.getAttributes() : Map.of();
			Object issuer = claims.get("iss");
			return (issuer != null) ? issuer.toString() : null;
		}

	}

}
