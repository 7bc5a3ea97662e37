/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.invocation.validation.UncheckedConstraints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Without a validator, no call passes a constraint.
 */
class UncheckedConstraintsTests {

	private final UncheckedConstraints validator = new UncheckedConstraints();

	interface Account<T> {

		void transfer(@Valid T target);

		void note(List<@NotBlank String> notes);

	}

	static class Wallet implements Account<Integer> {

		@Override
		public void transfer(Integer target) {
		}

		@Override
		public void note(List<String> notes) {
		}

		void group(Map<String, List<@NotBlank String>> groups) {
		}

		void pay(@Min(1) long cents) {
		}

		void order(@Valid List<String> items) {
		}

		void tag(List<@NotBlank String> tags) {
		}

		void look(String where) {
		}

		void transfer(String text, int times) {
		}

	}

	@ParameterizedTest
	@ValueSource(strings = { "pay", "order", "tag", "group", "transfer", "note" })
	void failsMethodsWithConstraints(String name) {
		Method method = method(name);
		assertThat(this.validator.checks(new Wallet(), method)).isTrue();
		assertThatIllegalStateException()
			.isThrownBy(() -> this.validator.validate(new Wallet(), method, new Object[] { null }))
			.withMessageContaining("Wallet." + name + " has constraints")
			.withMessageContaining("spring-boot-starter-validation");
	}

	@Test
	void acceptsMethodsWithoutConstraints() {
		assertThat(this.validator.checks(new Wallet(), method("look"))).isFalse();
	}

	private static Method method(String name) {
		return Arrays.stream(Wallet.class.getDeclaredMethods())
			.filter((method) -> method.getName().equals(name) && !method.isBridge() && method.getParameterCount() == 1)
			.findFirst()
			.orElseThrow();
	}

}
