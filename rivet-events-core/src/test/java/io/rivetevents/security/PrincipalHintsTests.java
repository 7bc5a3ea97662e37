/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.security.core.Authentication;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.SerializedPrincipal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

/**
 * Hints for principals that are sent to another node by a native image.
 */
class PrincipalHintsTests {

	private static final Pattern CLASS = Pattern.compile("\"@class\"\s*:\s*\"([^\"]+)\"");

	private final RuntimeHints hints = new RuntimeHints();

	PrincipalHintsTests() {
		new PrincipalHints().registerHints(this.hints, null);
	}

	@ParameterizedTest
	@MethodSource("io.rivetevents.security.AuthenticationCodecTests#signedIn")
	void keepsTheClassesThatAreNamed(Authentication sent) {
		SerializedPrincipal written = new AuthenticationCodec(Stream::empty).write(sent);
		assertThat(CLASS.matcher(String.valueOf(written.json())).results().map((found) -> found.group(1))).isNotEmpty()
			.allSatisfy((name) -> assertThat(reflection().onType(ClassUtils.forName(name, null))).accepts(this.hints));
	}

	@ParameterizedTest
	@MethodSource("io.rivetevents.security.AuthenticationCodecTests#signedIn")
	void keepsTheirConstructors(Authentication sent) {
		assertThat(Stream.of(sent.getClass().getConstructors()))
			.allSatisfy((each) -> assertThat(reflection().onConstructorInvocation(each)).accepts(this.hints));
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.security.jackson.CoreJacksonModule",
			"org.springframework.security.web.jackson.WebJacksonModule",
			"org.springframework.security.web.server.jackson.WebServerJacksonModule",
			"org.springframework.security.oauth2.client.jackson.OAuth2ClientJacksonModule",
			"org.springframework.security.jackson.UserDeserializer", "io.rivetevents.security.PrincipalMixins$Erased",
			"io.rivetevents.security.PrincipalMixins$TokenTypes" })
	void keepsWhatIsCreatedByName(String name) throws ReflectiveOperationException {
		assertThat(Stream.of(Class.forName(name).getDeclaredConstructors()))
			.anySatisfy((each) -> assertThat(reflection().onConstructorInvocation(each)).accepts(this.hints));
	}

	@Test
	void keepsTheMethodsThatTellAdvisorsApart() throws ReflectiveOperationException {
		assertThat(reflection().onMethodInvocation(AuthorizationAdvisors.Probe.class.getDeclaredMethod("secured")))
			.accepts(this.hints);
	}

}
