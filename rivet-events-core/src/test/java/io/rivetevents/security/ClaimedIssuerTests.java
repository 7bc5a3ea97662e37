/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;

import static org.assertj.core.api.Assertions.assertThat;

class ClaimedIssuerTests {

	private final ClaimedIssuer issuers = new ClaimedIssuer();

	/** As a JSON Web Token and a user of OpenID Connect have them. */
	private static ClaimAccessor claims(Object issuer) {
		return () -> Map.of("iss", issuer);
	}

	@Test
	void readsAPrincipalWithClaims() {
		assertThat(issuerOf(new TestingAuthenticationToken(claims("https://a.example"), null)))
			.isEqualTo("https://a.example");
	}

	@Test
	void readsAnIntrospectedToken() {
		Instant now = Instant.now();
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t", now,
				now.plusSeconds(60));
		assertThat(issuerOf(new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal("ada", Map.of("iss", "https://a.example"), List.of()), token,
				List.of())))
			.isEqualTo("https://a.example");
	}

	@Test
	void readsTheTokenWhereThePrincipalIsTheApplications() {
		assertThat(issuerOf(
				UsernamePasswordAuthenticationToken.authenticated("ada", claims("https://a.example"), List.of())))
			.isEqualTo("https://a.example");
	}

	@Test
	void takesThePrincipalBeforeTheToken() {
		assertThat(issuerOf(UsernamePasswordAuthenticationToken.authenticated(claims("https://a.example"),
				claims("https://b.example"), List.of())))
			.isEqualTo("https://a.example");
	}

	@Test
	void findsNoneElsewhere() {
		assertThat(issuerOf(UsernamePasswordAuthenticationToken.authenticated("ada", "secret", List.of()))).isNull();
		assertThat(issuerOf(new TestingAuthenticationToken((ClaimAccessor) Map::of, null))).isNull();
		assertThat(this.issuers.issuerOf((Principal) () -> "ada")).isNull();
	}

	private String issuerOf(Authentication authentication) {
		return this.issuers.issuerOf(authentication);
	}

}
