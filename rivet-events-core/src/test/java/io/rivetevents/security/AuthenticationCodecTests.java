/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.nimbusds.jose.util.JSONObjectUtils;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.RememberMeAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.OidcUserInfo;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUserAuthority;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.core.user.OAuth2UserAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import tools.jackson.databind.module.SimpleModule;

import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.PrincipalJsonCustomizer;
import io.rivetevents.extension.SerializedPrincipal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class AuthenticationCodecTests {

	private static final List<GrantedAuthority> ROLES = AuthorityUtils.createAuthorityList("ROLE_USER", "ROLE_ADMIN");

	private static final Instant ISSUED = Instant.parse("2026-11-28T07:00:00.123456789Z");

	private final PrincipalCodec codec = codec();

	private static PrincipalCodec codec(PrincipalJsonCustomizer... customizers) {
		return new AuthenticationCodec(() -> Stream.of(customizers));
	}

	static Stream<Authentication> signedIn() throws Exception {
		return Stream.of(UsernamePasswordAuthenticationToken.authenticated("ada", null, ROLES),
				UsernamePasswordAuthenticationToken.authenticated("ada|b \"q\" ö", null, List.of()),
				UsernamePasswordAuthenticationToken.authenticated(user(), null, ROLES),
				new RememberMeAuthenticationToken("key", user(), ROLES),
				new AnonymousAuthenticationToken("key", "guest", ROLES), jwtToken(claims()),
				new JwtAuthenticationToken(jwt(claims()), ROLES, "another name"),
				new OAuth2AuthenticationToken(oauth2User(), ROLES, "github"),
				new OAuth2AuthenticationToken(oidcUser(claims()), ROLES, "google"),
				new BearerTokenAuthentication(new DefaultOAuth2AuthenticatedPrincipal("ada", claims(), ROLES),
						accessToken(), ROLES),
				new BearerTokenAuthentication(new OAuth2IntrospectionAuthenticatedPrincipal("ada", claims(), ROLES),
						accessToken(), ROLES));
	}

	private static UserDetails user() {
		return User.withUsername("ada").password("secret-of-ada").roles("USER").build();
	}

	/** As a decoder reads them: with collections of its own. */
	private static Map<String, Object> claims() throws Exception {
		Map<String, Object> claims = new LinkedHashMap<>(JSONObjectUtils.parse("""
				{"sub": "ada", "realm_access": {"roles": ["a", "b"], "deep": {"n": 1, "big": 1234567890123}},
				 "aud": ["x"], "scope": "read write", "admin": true, "ratio": 0.5, "none": null}"""));
		claims.put("iss", URI.create("https://issuer.example").toURL());
		claims.put("iat", ISSUED);
		return claims;
	}

	private static Jwt jwt(Map<String, Object> claims) {
		return new Jwt("head.claims.signature", ISSUED, ISSUED.plusSeconds(60), Map.of("alg", "RS256"), claims);
	}

	private static JwtAuthenticationToken jwtToken(Map<String, Object> claims) {
		return new JwtAuthenticationToken(jwt(claims), ROLES);
	}

	private static OAuth2AccessToken accessToken() {
		return new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "opaque", ISSUED, ISSUED.plusSeconds(60),
				Set.of("read"));
	}

	private static DefaultOAuth2User oauth2User() {
		Map<String, Object> attributes = Map.of("login", "ada", "id", 1234567890123L, "plan", Map.of("seats", 3));
		return new DefaultOAuth2User(List.of(new OAuth2UserAuthority(attributes)), attributes, "login");
	}

	private static DefaultOidcUser oidcUser(Map<String, Object> claims) {
		OidcIdToken token = new OidcIdToken("id.token", ISSUED, ISSUED.plusSeconds(60), claims);
		OidcUserInfo info = new OidcUserInfo(Map.of("email", "ada@example.org"));
		return new DefaultOidcUser(List.of(new OidcUserAuthority(token, info)), token, info);
	}

	@ParameterizedTest
	@MethodSource("signedIn")
	void readsWhatItHasWritten(Authentication sent) {
		SerializedPrincipal written = this.codec.write(sent);
		Authentication arrived = (Authentication) this.codec.read(written);
		assertThat(arrived).isNotSameAs(sent)
			.usingRecursiveComparison()
			.withStrictTypeChecking()
			.ignoringCollectionOrder()
			.ignoringFieldsMatchingRegexes("details", "credentials", ".*password")
			.isEqualTo(sent);
		assertThat(arrived.getName()).isEqualTo(sent.getName()).isEqualTo(written.name());
		assertThat(arrived.getAuthorities()).hasToString(sent.getAuthorities().toString());
		assertThat(written.authorities())
			.containsExactlyElementsOf(sent.getAuthorities().stream().map(GrantedAuthority::getAuthority).toList());
		assertThat(this.codec.write(arrived)).isEqualTo(written);
	}

	Object arrivedCreds(SerializedPrincipal written) {
		return ((Authentication) this.codec.read(written)).getCredentials();
	}

	@Test
	void readsAPreAuthenticatedUser() {
		Authentication arrived = (Authentication) copy(new PreAuthenticatedAuthenticationToken(user(), null, ROLES));
		assertThat(arrived).isInstanceOf(PreAuthenticatedAuthenticationToken.class);
		assertThat(arrived.getPrincipal()).isEqualTo(user());
		assertThat(arrived.getAuthorities()).hasToString(ROLES.toString());
	}

	@Test
	void keepsDetails() {
		UsernamePasswordAuthenticationToken sent = UsernamePasswordAuthenticationToken.authenticated("ada", null,
				ROLES);
		sent.setDetails(Map.of("device", "phone", "since", 1234567890123L));
		assertThat(((Authentication) copy(sent)).getDetails()).isEqualTo(sent.getDetails());
	}

	@Test
	void keepsTheClaimsOfAToken() throws Exception {
		JwtAuthenticationToken arrived = (JwtAuthenticationToken) copy(jwtToken(claims()));
		Jwt jwt = arrived.getToken();
		assertThat(jwt.getClaims()).isEqualTo(claims());
		assertThat(jwt.getClaimAsMap("realm_access")).containsEntry("roles", List.of("a", "b"));
		assertThat(jwt.getIssuedAt()).isEqualTo(ISSUED);
		assertThat(jwt.getExpiresAt()).isEqualTo(ISSUED.plusSeconds(60));
		assertThat(jwt.getTokenValue()).isEqualTo("head.claims.signature");
		assertThat(jwt.getHeaders()).isEqualTo(Map.of("alg", "RS256"));
		assertThat(jwt.getIssuer()).hasToString("https://issuer.example");
	}

	@Test
	void keepsAnAccessToken() throws Exception {
		OAuth2AccessToken arrived = ((BearerTokenAuthentication) copy(new BearerTokenAuthentication(
				new DefaultOAuth2AuthenticatedPrincipal("ada", claims(), ROLES), accessToken(), ROLES)))
			.getToken();
		assertThat(arrived.getTokenType()).isEqualTo(OAuth2AccessToken.TokenType.BEARER);
		assertThat(arrived.getScopes()).containsExactly("read");
		assertThat(arrived.getExpiresAt()).isEqualTo(ISSUED.plusSeconds(60));
	}

	@Test
	void writesNoPassword() {
		UserDetails user = user();
		Stream<Authentication> all = Stream.of(
				UsernamePasswordAuthenticationToken.authenticated(user, "secret-of-ada", ROLES),
				UsernamePasswordAuthenticationToken.authenticated("ada", "secret-of-ada", ROLES),
				new RememberMeAuthenticationToken("secret-of-ada", user, ROLES),
				new PreAuthenticatedAuthenticationToken(user, "secret-of-ada", ROLES));
		all.forEach((sent) -> {
			assertThat(this.codec.write(sent).json()).contains("ada").doesNotContain("secret");
			assertThat(((Authentication) copy(sent)).getCredentials()).isIn(null, "");
		});
		// what the application goes on with here is as it was
		assertThat(user.getPassword()).isEqualTo("secret-of-ada");
	}

	@Test
	void writesNoPasswordOfAUserOfTheApplication() {
		PrincipalCodec codec = codec((types, mapper) -> types.allowIfSubType(Member.class));
		Authentication sent = UsernamePasswordAuthenticationToken.authenticated(new Member("ada", "secret", 7), null,
				ROLES);
		SerializedPrincipal written = codec.write(sent);
		assertThat(written.json()).doesNotContain("secret");
		assertThat(((Authentication) codec.read(written)).getPrincipal()).isEqualTo(new Member("ada", null, 7));
	}

	@Test
	void writesTheNameOfAnyOtherPrincipal() {
		Principal sent = new Principal() {

			@Override
			public String getName() {
				return "ada";
			}

			public String getSecret() {
				return "secret";
			}

		};
		SerializedPrincipal written = this.codec.write(sent);
		assertThat(written).isEqualTo(new SerializedPrincipal("ada", List.of(), null));
		assertThat(this.codec.read(written).getName()).isEqualTo("ada");
		assertThat(PrincipalCodec.BY_NAME.read(written)).isEqualTo(this.codec.read(written));
	}

	@Test
	void refusesAClassThatIsNotOnTheList() {
		int reads = ShopUser.reads.get();
		assertRefused(this.codec,
				UsernamePasswordAuthenticationToken.authenticated(new ShopUser("ada", 7), null, ROLES))
			.withMessageContaining(ShopUser.class.getName())
			.withMessageContaining("principal")
			.withMessageContaining("PrincipalJsonCustomizer");
		assertThat(ShopUser.reads).hasValue(reads);
	}

	@Test
	void refusesATokenThatIsNotOnTheList() {
		assertRefused(this.codec, new ShopToken("ada")).withMessageContaining(ShopToken.class.getName());
	}

	@Test
	void refusesDetailsThatAreNotOnTheList() {
		UsernamePasswordAuthenticationToken sent = UsernamePasswordAuthenticationToken.authenticated("ada", null,
				ROLES);
		sent.setDetails(Map.of("cart", List.of(new ShopUser("ada", 7))));
		assertRefused(this.codec, sent).withMessageContaining(ShopUser.class.getName());
	}

	@Test
	void refusesAnAuthorityThatIsNotOnTheList() {
		GrantedAuthority authority = new ShopAuthority("ROLE_USER");
		assertRefused(this.codec, UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of(authority)))
			.withMessageContaining(ShopAuthority.class.getName());
	}

	/** Spring Security allows it, and would read a user without the tenant. */
	@Test
	void refusesASubclassThatWouldArriveAsItsSuperclass() {
		assertRefused(this.codec, UsernamePasswordAuthenticationToken.authenticated(new Tenant("ada"), null, ROLES))
			.withMessageContaining(Tenant.class.getName())
			.withMessageContaining(User.class.getName());
		assertRefused(this.codec, new TenantToken("ada")).withMessageContaining(TenantToken.class.getName());
	}

	@Test
	void refusesAPrincipalThatIsReadWithOtherAuthorities() {
		PrincipalCodec codec = codec((types, mapper) -> types.allowIfSubType(Forgetful.class));
		assertRefused(codec, new Forgetful("ada", ROLES)).withMessageContaining("authorities");
	}

	@Test
	void takesClassesOfTheApplication() {
		PrincipalCodec codec = codec((types, mapper) -> types.allowIfSubType(ShopUser.class));
		Authentication sent = UsernamePasswordAuthenticationToken.authenticated(new ShopUser("ada", 7), null, ROLES);
		assertThat(codec.read(codec.write(sent))).isEqualTo(sent);
	}

	@Test
	void takesModulesOfTheApplication() {
		PrincipalCodec codec = codec((types, mapper) -> {
			types.allowIfSubType(ShopToken.class);
			mapper.addModule(new SimpleModule().setMixInAnnotation(ShopToken.class, ShopTokenMixin.class));
		});
		Authentication sent = new ShopToken("ada");
		assertThat(codec.read(codec.write(sent))).isInstanceOf(ShopToken.class).isEqualTo(sent);
	}

	@Test
	void asksForCustomizersWhenTheFirstPrincipalTravels() {
		AtomicInteger asked = new AtomicInteger();
		PrincipalCodec codec = new AuthenticationCodec(() -> {
			asked.incrementAndGet();
			return Stream.empty();
		});
		assertThat(codec.write(() -> "ada").json()).isNull();
		assertThat(asked).hasValue(0);
		codec.write(UsernamePasswordAuthenticationToken.authenticated("ada", null, ROLES));
		codec.write(UsernamePasswordAuthenticationToken.authenticated("bob", null, ROLES));
		assertThat(asked).hasValue(1);
	}

	@Test
	void readsNoClassThatIsNotOnTheList() {
		assertUnreadable((json) -> json.replace("\"ada\"",
				"{\"@class\":\"%s\",\"name\":\"ada\",\"id\":1}".formatted(ShopUser.class.getName())))
			.withMessageContaining(ShopUser.class.getName());
		assertUnreadable((json) -> json.replace(UsernamePasswordAuthenticationToken.class.getName(), "no.such.Token"))
			.withMessageContaining("no.such.Token");
	}

	@Test
	void readsNothingElseThanWasWritten() {
		assertUnreadable((json) -> json.replace("ROLE_USER", "ROLE_ROOT"));
		assertUnreadable((json) -> json.replace("\"ada\"", "\"eve\""));
		assertUnreadable((json) -> "null");
		assertUnreadable((json) -> "\"ada\"");
		assertUnreadable((json) -> "{");
		assertUnreadable((json) -> json.replace("\"authenticated\"", "\"principal\""));
	}

	/** A client of an issuer may choose the names of its claims. */
	@Test
	void takesNoClassFromAClaim() throws Exception {
		Map<String, Object> claims = new LinkedHashMap<>(claims());
		claims.put("profile", new TreeMap<>(Map.of("@class", User.class.getName(), "username", "root")));
		assertRefused(this.codec, jwtToken(claims));
	}

	@Test
	void namesNoTokenInMessages() throws Exception {
		Map<String, Object> claims = new LinkedHashMap<>(claims());
		claims.put("cart", new ShopUser("ada", 7));
		assertRefused(this.codec, jwtToken(claims))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("head.claims.signature"));
		assertThat(this.codec.write(jwtToken(claims()))).asString().doesNotContain("head.claims.signature");
	}

	@Test
	void byNameRefusesWhatSpringSecurityHasWritten() {
		SerializedPrincipal written = this.codec
			.write(UsernamePasswordAuthenticationToken.authenticated("ada", null, ROLES));
		assertThatExceptionOfType(PrincipalCodecException.class).isThrownBy(() -> PrincipalCodec.BY_NAME.read(written));
		assertThatNoException().isThrownBy(() -> this.codec.read(written));
	}

	private Principal copy(Principal sent) {
		return this.codec.read(this.codec.write(sent));
	}

	private static ThrowableAssertAlternative<PrincipalCodecException> assertRefused(PrincipalCodec codec,
			Principal sent) {
		return assertThatExceptionOfType(PrincipalCodecException.class).isThrownBy(() -> codec.write(sent));
	}

	private ThrowableAssertAlternative<PrincipalCodecException> assertUnreadable(Function<String, String> change) {
		SerializedPrincipal written = this.codec
			.write(UsernamePasswordAuthenticationToken.authenticated("ada", null, ROLES));
		String changed = change.apply(written.json());
		assertThat(changed).isNotEqualTo(written.json());
		return assertThatExceptionOfType(PrincipalCodecException.class)
			.isThrownBy(() -> this.codec.read(new SerializedPrincipal(written.name(), written.authorities(), changed)));
	}

	/** Counts who looks into it. */
	record ShopUser(String name, int id) implements Principal {

		static final AtomicInteger reads = new AtomicInteger();

		@Override
		public String getName() {
			return this.name;
		}

		public String getCart() {
			reads.incrementAndGet();
			return "cart";
		}

	}

	record Member(String username, String password, int points) implements UserDetails {

		@Override
		public Collection<GrantedAuthority> getAuthorities() {
			return List.of();
		}

		@Override
		public String getUsername() {
			return this.username;
		}

		@Override
		public String getPassword() {
			return this.password;
		}

	}

	record ShopAuthority(String authority) implements GrantedAuthority {

		@Override
		public String getAuthority() {
			return this.authority;
		}

	}

	static class Tenant extends User {

		Tenant(String name) {
			super(name, "", List.of());
		}

		public String getTenant() {
			return "acme";
		}

	}

	static class TenantToken extends UsernamePasswordAuthenticationToken {

		TenantToken(String name) {
			super(name, null, ROLES);
		}

	}

	static class ShopToken extends AbstractAuthenticationToken {

		private final String name;

		ShopToken(String name) {
			super(ROLES);
			this.name = name;
			setAuthenticated(true);
		}

		@Override
		public Object getPrincipal() {
			return this.name;
		}

		@Override
		public Object getCredentials() {
			return null;
		}

	}

	@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	abstract static class ShopTokenMixin {

		@JsonCreator
		ShopTokenMixin(@JsonProperty("name") String name) {
		}

		@JsonProperty
		abstract String getName();

	}

	/** Reads no authorities. */
	@JsonAutoDetect(getterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	static class Forgetful extends AbstractAuthenticationToken {

		@JsonProperty
		private final String user;

		Forgetful(String user, List<GrantedAuthority> authorities) {
			super(authorities);
			this.user = user;
			setAuthenticated(true);
		}

		@JsonCreator
		Forgetful(@JsonProperty("user") String user) {
			this(user, List.of(new SimpleGrantedAuthority("ROLE_OTHER")));
		}

		@Override
		public Object getPrincipal() {
			return this.user;
		}

		@Override
		public Object getCredentials() {
			return null;
		}

	}

}
