/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.context.ServerSecurityContextRepository;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Connections;

/**
 * Keeps the login in a signed cookie, which each node accepts that has the same key. A
 * web session is in the memory of one node. Applications usually share web sessions, with
 * Spring Session for example, or use tokens. The cookie has the form
 * {@code name.signature} and is valid as long as the key.
 */
@Component
@Profile("cluster")
final class LoginCookie implements ServerSecurityContextRepository {

	private static final String NAME = "login";

	private static final String ALGORITHM = "HmacSHA256";

	private final SecretKeySpec key;

	private final ReactiveUserDetailsService users;

	private final Connections connections;

	LoginCookie(@Value("${sample.login-key}") String key, ReactiveUserDetailsService users, Connections connections) {
		this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM);
		this.users = users;
		this.connections = connections;
	}

	/** Replaces all that uses a web session. */
	void configure(ServerHttpSecurity http) {
		http.securityContextRepository(this)
			.csrf((csrf) -> csrf.csrfTokenRepository(new CookieServerCsrfTokenRepository()))
			.logout((logout) -> logout.logoutHandler(this::logout));
	}

	/** Without a web session, the connections of the user are closed by name. */
	private Mono<Void> logout(WebFilterExchange exchange, Authentication authentication) {
		return save(exchange.getExchange(), null)
			.then(Mono.fromRunnable(() -> this.connections.closeUser(authentication.getName())));
	}

	@Override
	public Mono<Void> save(ServerWebExchange exchange, @Nullable SecurityContext context) {
		Principal user = (context != null) ? context.getAuthentication() : null;
		ResponseCookie.ResponseCookieBuilder cookie = (user != null)
				? ResponseCookie.from(NAME, "%s.%s".formatted(user.getName(), sign(user.getName())))
				: ResponseCookie.from(NAME).maxAge(0);
		return Mono.fromRunnable(
				() -> exchange.getResponse().addCookie(cookie.path("/").httpOnly(true).sameSite("Lax").build()));
	}

	@Override
	public Mono<SecurityContext> load(ServerWebExchange exchange) {
		return Mono.justOrEmpty(exchange.getRequest().getCookies().getFirst(NAME))
			.mapNotNull((cookie) -> verifiedName(cookie.getValue()))
			.flatMap(this.users::findByUsername)
			.map(LoginCookie::login);
	}

	private @Nullable String verifiedName(String value) {
		int end = value.lastIndexOf('.');
		String name = value.substring(0, Math.max(end, 0));
		byte[] expected = sign(name).getBytes(StandardCharsets.UTF_8);
		byte[] signature = value.substring(end + 1).getBytes(StandardCharsets.UTF_8);
		return MessageDigest.isEqual(expected, signature) ? name : null;
	}

	private static SecurityContext login(UserDetails user) {
		return new SecurityContextImpl(
				UsernamePasswordAuthenticationToken.authenticated(user, null, user.getAuthorities()));
	}

	private String sign(String name) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			return HexFormat.of().formatHex(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The cookie of a login cannot be signed", ex);
		}
	}

}
