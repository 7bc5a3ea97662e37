package io.rivetevents.security;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
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

import io.rivetevents.connection.Users;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who has named a user, over the kinds of logins and tokens.
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
