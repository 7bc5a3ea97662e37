/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplication.AbandonedRunException;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.javapoet.ClassName;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.userdetails.User;

import io.rivetevents.invocation.NeededHints;
import io.rivetevents.invocation.index.ActorIndex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.resource;

/**
 * The hints that processing ahead of time finds for the sample: all that a native image
 * has for reflection and resources.
 */
class HintsTests {

	private static GenericApplicationContext context;

	private static RuntimeHints hints;

	@BeforeAll
	static void process() {
		context = prepared();
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(SampleApplication.class)), new InMemoryGeneratedFiles());
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		hints = generation.getRuntimeHints();
	}

	/** Returns the context that {@code main} would start, as the plugin does. */
	private static GenericApplicationContext prepared() {
		AtomicReference<GenericApplicationContext> prepared = new AtomicReference<>();
		SpringApplicationRunListener listener = new SpringApplicationRunListener() {

			@Override
			public void contextLoaded(ConfigurableApplicationContext loaded) {
				prepared.set((GenericApplicationContext) loaded);
				throw new AbandonedRunException(loaded);
			}

		};
		System.setProperty("spring.aot.processing", "true");
		try {
			SpringApplication.withHook((application) -> listener,
					() -> SampleApplication.main(new String[] { "--rivet.events.state.store=file" }));
		}
		catch (AbandonedRunException ex) {
			// as intended
		}
		finally {
			System.clearProperty("spring.aot.processing");
		}
		return Objects.requireNonNull(prepared.get());
	}

	static List<Class<?>> actors() {
		return ActorIndex.search(context)
			.names()
			.stream()
			.<Class<?>>map((name) -> Objects.requireNonNull(context.getType(name, false)))
			.filter((type) -> type.getPackage() == SampleApplication.class.getPackage()) // others
																							// are
																							// of
																							// tests
			.toList();
	}

	@ParameterizedTest
	@MethodSource("actors")
	void containWhatActorsUse(Class<?> actor) {
		NeededHints needed = new NeededHints(actor, hints);
		assertThat(needed.missing()).isEmpty();
		assertThat(needed.count()).isGreaterThan(30);
	}

	@Test
	void areOfAllActors() {
		assertThat(actors()).containsExactlyInAnyOrder(ChatRoom.class, GameRoom.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { User.class, UsernamePasswordAuthenticationToken.class })
	void containPrincipals(Class<?> type) {
		assertThat(reflection().onType(type)).accepts(hints);
	}

	@Test
	void containTheResourcesOfTheSampleAndItsClients() throws IOException {
		assertThat(Stream.concat(resources("static/"), resources("META-INF/resources/"))).hasSizeGreaterThan(6)
			.allSatisfy((name) -> assertThat(resource().forResource(name)).accepts(hints));
		assertThat(resource().forResource("application.yml")).accepts(hints);
		assertThat(resource().forResource("io/rivetevents/jdbc/schema-sqlite.sql")).accepts(hints);
	}

	private static Stream<String> resources(String folder) throws IOException {
		return Stream.of(new PathMatchingResourcePatternResolver().getResources("classpath*:" + folder + "**/*.*"))
			.map((found) -> found.toString().replaceFirst(".*" + folder, folder).replace("]", ""))
			.filter((name) -> !name.contains("webjars"));
	}

}
