/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Actor;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.NeededHints;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hints of all actors in the tests of this module.
 */
class HintsOfFixturesTests {

	@ParameterizedTest
	@MethodSource("actors")
	void containWhatTheRuntimeAndJacksonUse(Class<?> actor) {
		RuntimeHints hints = new RuntimeHints();
		new ActorHints(hints).register(actor);
		assertThat(new NeededHints(actor, hints).missing()).isEmpty();
	}

	/** Or the test above would prove little. */
	@ParameterizedTest
	@ValueSource(strings = { "call of ", "type ", "access of ", "array ", "proxy of ", "methods of " })
	void areOfAllKinds(String kind) {
		assertThat(new NeededHints(ActorHintsTests.Shop.class, new RuntimeHints()).missing())
			.anyMatch((hint) -> hint.startsWith(kind));
	}

	@Test
	void areOfManyActors() {
		assertThat(actors()).hasSizeGreaterThan(10).contains(ActorHintsTests.Shop.class);
	}

	static List<Class<?>> actors() {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(new AnnotationTypeFilter(Actor.class));
		return scanner.findCandidateComponents("io.rivetevents")
			.stream()
			.<Class<?>>map((found) -> ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()), null))
			.filter(HintsOfFixturesTests::isValid)
			.toList();
	}

	private static boolean isValid(Class<?> actor) {
		try {
			return new NeededHints(actor, new RuntimeHints()).count() > 0;
		}
		catch (InvalidActorException ex) {
			return false; // the fixture of an error
		}
	}

}
