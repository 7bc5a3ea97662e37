/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

import io.rivetevents.delivery.Users;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The issuer that has named a user, for the different kinds of logins and tokens.
 */
class LoginIssuerTests {

	private static final String ISSUER = "https://issuer.example";

	private final ClaimedIssuer issuers = new ClaimedIssuer();

	@Test
	void tellsUsersOfTwoLoginsApart() {
		Users users = new Users((principal) -> true, this.issuers, null);
		assertThat(users.ownerOf(login(user(Map.of("login", "ada")), "github"))).isEqualTo("github|ada");
		assertThat(users.ownerOf(login(user(Map.of("login", "ada")), "gitlab"))).isEqualTo("gitlab|ada");
		assertThat(users.ownerOf(UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of())))
			.isEqualTo("ada");
	}

	@Test
	void takesARegistrationForTheHomeIssuer() {
		Users users = new Users((principal) -> true, this.issuers, "github");
		assertThat(users.ownerOf(login(user(Map.of("login", "ada")), "github"))).isEqualTo("ada");
		assertThat(users.ownerOf(login(user(Map.of("login", "ada")), "gitlab"))).isEqualTo("gitlab|ada");
	}

	@Test
	void doesNotBelieveAnAttributeOfALogin() {
		assertThat(this.issuers.issuerOf(login(user(Map.of("login", "ada", "iss", ISSUER)), "github")))
			.isEqualTo("github");
	}

	@Test
	void believesTheTokenOfOpenIdConnect() {
		OidcIdToken token = OidcIdToken.withTokenValue("t").issuer(ISSUER).subject("ada").build();
		OAuth2User oidc = new DefaultOidcUser(AuthorityUtils.createAuthorityList("ROLE_USER"), token);
		assertThat(this.issuers.issuerOf(login(oidc, "keycloak"))).isEqualTo(ISSUER);
	}

	@Test
	void believesTokensOfAResourceServer() {
		Jwt jwt = Jwt.withTokenValue("t").header("alg", "none").issuer(ISSUER).subject("ada").build();
		assertThat(this.issuers.issuerOf(new JwtAuthenticationToken(jwt))).isEqualTo(ISSUER);
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t", Instant.EPOCH,
				Instant.MAX);
		Authentication opaque = new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal("ada", Map.of("iss", ISSUER), List.of()), token, List.of());
		assertThat(this.issuers.issuerOf(opaque)).isEqualTo(ISSUER);
		Authentication converted = UsernamePasswordAuthenticationToken.authenticated("ada", jwt, List.of());
		assertThat(this.issuers.issuerOf(converted)).isEqualTo(ISSUER);
	}

	/** Each kind of login or token, with an issuer of somebody's choice. */
	static Stream<Arguments> loginsByIssuer() {
		Function<String, Authentication> jwt = (issuer) -> new JwtAuthenticationToken(jwt(issuer));
		Function<String, Authentication> opaque = (issuer) -> new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal("ada", Map.of("iss", issuer), List.of()),
				new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "t", Instant.EPOCH, Instant.MAX), List.of());
		Function<String, Authentication> oidc = (
				issuer) -> login(
						new DefaultOidcUser(AuthorityUtils.createAuthorityList("ROLE_USER"),
								OidcIdToken.withTokenValue("t").claim("iss", issuer).subject("ada").build()),
						"keycloak");
		Function<String, Authentication> registration = (issuer) -> login(user(Map.of("login", "ada")), issuer);
		Function<String, Authentication> converted = (issuer) -> UsernamePasswordAuthenticationToken
			.authenticated("ada", jwt(issuer), List.of());
		return Stream.of(Arguments.of("jwt", jwt), Arguments.of("opaque", opaque), Arguments.of("oidc", oidc),
				Arguments.of("registration", registration), Arguments.of("converted", converted));
	}

	private static Jwt jwt(String issuer) {
		return Jwt.withTokenValue("t").header("alg", "none").claim("iss", issuer).subject("ada").build();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("loginsByIssuer")
	void letsNoIssuerNameUsersOfAnother(String kind, Function<String, Authentication> login) {
		Authentication local = UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of());
		List<String> issuers = Stream
			.of("local", "", "%", "%%", "%local", "%%local", "%25local", "local%", "LOCAL", "|", "local|", "home%",
					"a|b")
			.filter((issuer) -> !issuer.isEmpty() || !kind.equals("registration")) // none
			.toList();
		for (String home : new String[] { null, "https://home.example", "local", "%local" }) {
			Users users = new Users((principal) -> true, this.issuers, home);
			Map<String, String> owners = new HashMap<>();
			owners.put(users.ownerOf(local), "of the application");
			if (home != null) {
				assertThat(users.ownerOf(login.apply(home))).isEqualTo("ada");
				owners.put("ada", home);
			}
			issuers.stream().filter((issuer) -> !issuer.equals(home)).forEach((issuer) -> {
				String owner = users.ownerOf(login.apply(issuer));
				assertThat(owners.put(owner, issuer)).as("%s of %s at %s", owner, issuer, home).isNull();
			});
		}
	}

	@Test
	void addressesUsersOfAnIssuerWithAReservedName() {
		Users users = new Users((principal) -> true, this.issuers, "https://home.example");
		assertThat(users.ownerOf(new JwtAuthenticationToken(jwt("local")))).isEqualTo(Identity.owner("ada", "%local"));
		assertThat(users.ownerOf(UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of())))
			.isEqualTo(Identity.owner("ada", Users.LOCAL));
		Users homeless = new Users((principal) -> true, this.issuers, null);
		assertThat(homeless.ownerOf(new JwtAuthenticationToken(jwt("local"))))
			.isEqualTo(Identity.owner("ada", "local"));
	}

	@Test
	void knowsNoneOfUsersOfTheApplication() {
		assertThat(this.issuers.issuerOf(UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of())))
			.isNull();
		assertThat(this.issuers.issuerOf(() -> "ada")).isNull();
	}

	private static OAuth2User user(Map<String, Object> attributes) {
		return new DefaultOAuth2User(AuthorityUtils.createAuthorityList("OAUTH2_USER"), attributes, "login");
	}

	private static Authentication login(OAuth2User user, String registration) {
		return new OAuth2AuthenticationToken(user, user.getAuthorities(), registration);
	}

}
