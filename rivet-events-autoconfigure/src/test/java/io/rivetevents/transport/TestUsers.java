/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.stream.Stream;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Users whose password is their name: ada, linus and banned with the role {@code USER},
 * and admin with {@code ADMIN}.
 */
@Configuration(proxyBeanMethods = false)
public class TestUsers {

	@Bean
	MapReactiveUserDetailsService users() {
		return new MapReactiveUserDetailsService(Stream
			.concat(Stream.of("ada", "linus", "banned").map((name) -> user(name, "USER")),
					Stream.of(user("admin", "ADMIN")))
			.toList());
	}

	private static UserDetails user(String name, String role) {
		return User.withUsername(name).password(name).roles(role).build();
	}

	/**
	 * Spring Security's own takes 0.1 s of each request for bcrypt, also for
	 * {@code {noop}}.
	 */
	@Bean
	PasswordEncoder plainPasswords() {
		return new PasswordEncoder() {

			@Override
			public String encode(CharSequence password) {
				return password.toString();
			}

			@Override
			public boolean matches(CharSequence password, String encoded) {
				return encoded.contentEquals(password);
			}

		};
	}

}
