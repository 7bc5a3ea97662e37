/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class UsersTests {

	private static final List<String> ISSUERS = List.of("", "a", "b", "a|b", "a%7Cb", "a%257Cb", "a%", "|", "home");

	private static final List<String> NAMES = List.of("", "ada", "bob", "|ada", "||ada", "a|ada", "b|ada", "a%7Cb|ada",
			"local|ada", "home|ada", "%7Cada");

	private record User(String issuer, String name) implements Principal {

		@Override
		public String getName() {
			return this.name;
		}

	}

	private static Users users(@Nullable String homeIssuer) {
		return new Users((principal) -> true,
				(principal) -> ((User) principal).issuer().isEmpty() ? null : ((User) principal).issuer(), homeIssuer);
	}

	@ParameterizedTest
	@CsvSource({ ",", "home" })
	void tellsAllUsersApart(@Nullable String homeIssuer) {
		Users users = users(homeIssuer);
		Map<String, User> known = new HashMap<>();
		for (String issuer : ISSUERS) {
			for (String name : NAMES) {
				User user = new User(issuer, name);
				String owner = users.ownerOf(user);
				User other = known.put(owner, user);
				assertThat(other).as("also \"%s\", as %s", owner, user).isNull();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ ",'',ada", ",home,home|ada", "home,'',local|ada", "home,home,ada", "home,other,other|ada" })
	void knowsAUserOfTheHomeIssuerByItsName(@Nullable String homeIssuer, String issuer, String owner) {
		assertThat(users(homeIssuer).ownerOf(new User(issuer, "ada"))).isEqualTo(owner);
	}

	@Test
	void knowsNobodyByNothing() {
		assertThat(users("home").ownerOf(null)).isNull();
	}

}
