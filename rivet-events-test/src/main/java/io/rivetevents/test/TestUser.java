/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.security.Principal;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.userdetails.User;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * The user of a client of a test, without credentials. With Spring Security it is an
 * {@code Authentication} with authorities, whose principal is a {@code UserDetails}.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class TestUser {

	private static final boolean SECURITY = ClassUtils.isPresent("org.springframework.security.core.Authentication",
			TestUser.class.getClassLoader());

	private final String name;

	private final List<String> authorities;

	private TestUser(String name, List<String> authorities) {
		this.name = name;
		this.authorities = List.copyOf(authorities);
	}

	/**
	 * Returns a user without roles.
	 * @param name name of the user, not empty
	 */
	public static TestUser user(String name) {
		Assert.hasText(name, "A user requires a name");
		return new TestUser(name, List.of());
	}

	/**
	 * Returns the user with further roles.
	 * @param roles the roles, without the prefix {@code ROLE_}
	 * @throws IllegalStateException without Spring Security
	 */
	public TestUser roles(String... roles) {
		return authorities(Stream.of(roles).map((role) -> "ROLE_" + role).toArray(String[]::new));
	}

	/**
	 * Returns the user with further authorities.
	 * @param authorities the authorities
	 * @throws IllegalStateException without Spring Security
	 */
	public TestUser authorities(String... authorities) {
		Assert.state(SECURITY, "Roles and authorities require Spring Security on the class path");
		return new TestUser(this.name, Stream.concat(this.authorities.stream(), Stream.of(authorities)).toList());
	}

	Principal principal() {
		return SECURITY ? WithSecurity.authentication(this) : new Named(this.name);
	}

	@Override
	public String toString() {
		return "user " + this.name;
	}

	/** A user without Spring Security. */
	private record Named(String name) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

	/** Loaded only with Spring Security. */
	private static final class WithSecurity {

		static Principal authentication(TestUser user) {
			List<GrantedAuthority> authorities = AuthorityUtils
				.createAuthorityList(user.authorities.toArray(String[]::new));
			return UsernamePasswordAuthenticationToken.authenticated(new User(user.name, "", authorities), "",
					authorities);
		}

	}

}
