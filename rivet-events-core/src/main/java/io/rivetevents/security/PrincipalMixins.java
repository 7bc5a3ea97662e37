/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.util.StdConverter;

/**
 * Completes the Jackson modules of Spring Security: passwords are not written, and the
 * tokens of resource servers are.
 */
final class PrincipalMixins extends SimpleModule {

	private static final long serialVersionUID = 1;

	private static final boolean RESOURCE_SERVER = isPresent(
			"org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication");

	private static final boolean JWT = RESOURCE_SERVER && isPresent("org.springframework.security.oauth2.jwt.Jwt");

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, PrincipalMixins.class.getClassLoader());
	}

	/**
	 * Creates the module.
	 * @param types receives the classes that are written
	 */
	PrincipalMixins(BasicPolymorphicTypeValidator.Builder types) {
		super(PrincipalMixins.class.getName());
		setMixInAnnotation(Authentication.class, WithoutCredentials.class);
		setMixInAnnotation(UserDetails.class, WithoutPassword.class);
		if (RESOURCE_SERVER) {
			ResourceServer.add(this, types);
		}
		if (JWT) {
			Jwts.add(this, types);
		}
	}

	private interface WithoutCredentials {

		@JsonSerialize(using = Erased.class)
		@Nullable Object getCredentials();

	}

	private interface WithoutPassword {

		@JsonSerialize(using = Erased.class)
		@Nullable String getPassword();

	}

	/**
	 * Writes {@code null}, like an authentication whose credentials Spring Security has
	 * erased: some of its deserializers require the field.
	 */
	private static final class Erased extends ValueSerializer<Object> {

		@Override
		public void serialize(Object value, JsonGenerator out, SerializationContext context) {
			out.writeNull();
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator out, SerializationContext context,
				TypeSerializer types) {
			out.writeNull();
		}

	}

	/** Loaded only if a resource server is present. */
	private static final class ResourceServer {

		static void add(SimpleModule module, BasicPolymorphicTypeValidator.Builder types) {
			types.allowIfSubType(BearerTokenAuthentication.class)
				.allowIfSubType(OAuth2AccessToken.class)
				.allowIfSubType(DefaultOAuth2AuthenticatedPrincipal.class)
				.allowIfSubType(OAuth2IntrospectionAuthenticatedPrincipal.class);
			module.setMixInAnnotation(BearerTokenAuthentication.class, BearerTokenMixin.class)
				.setMixInAnnotation(OAuth2AccessToken.class, AccessTokenMixin.class)
				.setMixInAnnotation(OAuth2AccessToken.TokenType.class, TokenTypeMixin.class)
				.setMixInAnnotation(DefaultOAuth2AuthenticatedPrincipal.class, UserMixin.class)
				.setMixInAnnotation(OAuth2IntrospectionAuthenticatedPrincipal.class, UserMixin.class);
		}

	}

	@JsonAutoDetect(fieldVisibility = Visibility.NONE, getterVisibility = Visibility.NONE,
			setterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	private abstract static class BearerTokenMixin {

		@JsonCreator
		BearerTokenMixin(@JsonProperty("principal") OAuth2AuthenticatedPrincipal principal,
				@JsonProperty("credentials") OAuth2AccessToken credentials,
				@JsonProperty("authorities") Collection<? extends GrantedAuthority> authorities) {
		}

		@JsonProperty
		abstract Object getPrincipal();

		/** The token, which is required for such an authentication. */
		@JsonProperty
		@JsonSerialize
		abstract Object getCredentials();

		@JsonProperty
		abstract Object getAuthorities();

		@JsonProperty
		abstract Object getDetails();

		@JsonProperty
		abstract void setDetails(Object details);

	}

	@JsonAutoDetect(fieldVisibility = Visibility.NONE, getterVisibility = Visibility.NONE,
			setterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	private abstract static class AccessTokenMixin {

		@JsonCreator
		AccessTokenMixin(@JsonProperty("tokenType") OAuth2AccessToken.TokenType tokenType,
				@JsonProperty("tokenValue") String tokenValue, @JsonProperty("issuedAt") Instant issuedAt,
				@JsonProperty("expiresAt") Instant expiresAt, @JsonProperty("scopes") Set<String> scopes) {
		}

		@JsonProperty
		abstract Object getTokenType();

		@JsonProperty
		abstract String getTokenValue();

		@JsonProperty
		abstract Instant getIssuedAt();

		@JsonProperty
		abstract Instant getExpiresAt();

		@JsonProperty
		abstract Set<String> getScopes();

	}

	@JsonDeserialize(converter = TokenTypes.class)
	private interface TokenTypeMixin {

		@JsonValue
		String getValue();

	}

	/** Returns the constants, since Spring Security compares them by identity. */
	private static final class TokenTypes extends StdConverter<String, OAuth2AccessToken.TokenType> {

		@Override
		public OAuth2AccessToken.TokenType convert(String value) {
			return Stream.of(OAuth2AccessToken.TokenType.BEARER, OAuth2AccessToken.TokenType.DPOP)
				.filter((type) -> type.getValue().equals(value))
				.findFirst()
				.orElseThrow(() -> new IllegalArgumentException("Unknown token type"));
		}

	}

	@JsonAutoDetect(fieldVisibility = Visibility.NONE, getterVisibility = Visibility.NONE,
			setterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	private abstract static class UserMixin {

		@JsonCreator
		UserMixin(@JsonProperty("name") String name, @JsonProperty("attributes") Map<String, Object> attributes,
				@JsonProperty("authorities") Collection<GrantedAuthority> authorities) {
		}

		@JsonProperty
		abstract String getName();

		@JsonProperty
		abstract Map<String, Object> getAttributes();

		@JsonProperty
		abstract Object getAuthorities();

	}

	/** Loaded only if a resource server for JSON Web Tokens is present. */
	private static final class Jwts {

		static void add(SimpleModule module, BasicPolymorphicTypeValidator.Builder types) {
			types.allowIfSubType(JwtAuthenticationToken.class).allowIfSubType(Jwt.class);
			module.setMixInAnnotation(JwtAuthenticationToken.class, JwtTokenMixin.class)
				.setMixInAnnotation(Jwt.class, JwtMixin.class);
		}

	}

	@JsonAutoDetect(fieldVisibility = Visibility.NONE, getterVisibility = Visibility.NONE,
			setterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	private abstract static class JwtTokenMixin {

		@JsonCreator
		JwtTokenMixin(@JsonProperty("token") Jwt token,
				@JsonProperty("authorities") Collection<? extends GrantedAuthority> authorities,
				@JsonProperty("name") String name) {
		}

		@JsonProperty
		abstract Object getToken();

		/** The same token, not written twice. */
		@JsonIgnore
		abstract Object getCredentials();

		@JsonProperty
		abstract Object getAuthorities();

		@JsonProperty
		abstract String getName();

		@JsonProperty
		abstract Object getDetails();

		@JsonProperty
		abstract void setDetails(Object details);

	}

	@JsonAutoDetect(fieldVisibility = Visibility.NONE, getterVisibility = Visibility.NONE,
			setterVisibility = Visibility.NONE, isGetterVisibility = Visibility.NONE)
	private abstract static class JwtMixin {

		@JsonCreator
		JwtMixin(@JsonProperty("tokenValue") String tokenValue, @JsonProperty("issuedAt") Instant issuedAt,
				@JsonProperty("expiresAt") Instant expiresAt, @JsonProperty("headers") Map<String, Object> headers,
				@JsonProperty("claims") Map<String, Object> claims) {
		}

		@JsonProperty
		abstract String getTokenValue();

		@JsonProperty
		abstract Instant getIssuedAt();

		@JsonProperty
		abstract Instant getExpiresAt();

		@JsonProperty
		abstract Map<String, Object> getHeaders();

		@JsonProperty
		abstract Map<String, Object> getClaims();

	}

}
