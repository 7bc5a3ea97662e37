/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LoggedCredentialsTests {

	@AfterEach
	void forget() {
		LoggedCredentials.take();
	}

	@ParameterizedTest
	@ValueSource(strings = { "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln was rejected",
			"rt1.q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJ", "Cookie: SESSION=3b1f7a1e-2c54-4f6e-a0a9-8f6d0f3a1b2c",
			"authorization: Basic YWRhOmFkYQ==", "authorization: Bearer opaque-1", "GET /login?password=ada",
			"Hello[credentials={\"username\":\"ada\",\"password\":\"ada\"}]", "{\"token\": \"abc\"}",
			"Init[secret=Zm9vYmFy]", "/sse?rvt-token=abc" })
	void failsAClassThatWritesCredentials(String line) {
		System.out.println(line);
		assertThatThrownBy(() -> new LoggedCredentials().afterAll(null)).isInstanceOf(AssertionError.class)
			.hasMessageContaining("***");
		assertThat(LoggedCredentials.take()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Basic authentication is off", "Bearer error=\"invalid_token\"", "password=[PROTECTED]",
			"token=null", "The token is not active", "secret",
			"Using generated security password: 2e8585b1-f9f5-4b2c-9ba9-a8cd053b1b0a" })
	void passesAClassThatDoesNot(String line) {
		System.err.println(line);
		assertThatCode(() -> new LoggedCredentials().afterAll(null)).doesNotThrowAnyException();
	}

	@Test
	void findsCredentialsThatAreWrittenInParts() {
		System.out.print("rt1.q83vEjRWeJq83vEjRWeJ");
		System.out.println("q83vEjRWeJq83vEjRWeJ");
		assertThat(LoggedCredentials.take()).singleElement().asString().isEqualTo("a ticket: ***");
	}

}
