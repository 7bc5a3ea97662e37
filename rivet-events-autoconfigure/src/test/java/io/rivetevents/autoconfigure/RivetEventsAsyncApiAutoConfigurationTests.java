/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.nio.file.Path;
import java.util.stream.Stream;

import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.asyncapi.AsyncApiDocument;
import io.rivetevents.transport.http.AsyncApiHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The description of the actors needs libraries that an application may not have.
 */
class RivetEventsAsyncApiAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(JacksonAutoConfiguration.class,
			RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class,
			RivetEventsAsyncApiAutoConfiguration.class, RivetEventsChecksAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	static Stream<AbstractApplicationContextRunner<?, ?, ?>> runners() {
		return Stream.of(new ReactiveWebApplicationContextRunner(), new ApplicationContextRunner())
			.map((runner) -> runner.withConfiguration(CONFIGURATIONS));
	}

	@ParameterizedTest
	@MethodSource("runners")
	void writesTheFileInEachKindOfApplication(AbstractApplicationContextRunner<?, ?, ?> runner, @TempDir Path folder) {
		Path file = folder.resolve("build/actors.json");
		runner.withPropertyValues("rivet.events.asyncapi.output=" + file)
			.withUserConfiguration(Desk.class)
			.run((context) -> {
				SpringApplication application = new SpringApplication();
				context.publishEvent(new ApplicationReadyEvent(application, new String[0],
						context.getSourceApplicationContext(), null));
				assertThat(file).content().contains("\"asyncapi\"", "action.open");
			});
	}

	@ParameterizedTest
	@MethodSource("runners")
	void stopsEachKindOfApplicationThatCannotWriteTheFile(AbstractApplicationContextRunner<?, ?, ?> runner) {
		runner.withPropertyValues("rivet.events.asyncapi.output=target/none.json")
			.withClassLoader(new FilteredClassLoader(SchemaGenerator.class))
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("rivet.events.asyncapi.output"));
	}

	@ParameterizedTest
	@MethodSource("runners")
	void servesItOverWebFluxAlone(AbstractApplicationContextRunner<?, ?, ?> runner) {
		boolean reactive = runner instanceof ReactiveWebApplicationContextRunner;
		runner.withPropertyValues("rivet.events.asyncapi.enabled=true").run((context) -> {
			assertThat(context.getStartupFailure()).isNull();
			assertThat(context.getBeansOfType(AsyncApiHandler.class)).hasSize(reactive ? 1 : 0);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "rivet.events.asyncapi.enabled=true", "rivet.events.asyncapi.output=target/none.json" })
	void stopsTheStartWithoutTheLibrariesThatItNeeds(String property) {
		for (Class<?> missing : new Class<?>[] { SchemaGenerator.class, JacksonSchemaModule.class }) {
			this.contextRunner.withPropertyValues(property)
				.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(InvalidSettingException.class)
					.hasMessageContainingAll(property.substring(0, property.indexOf('=')),
							"com.github.victools:jsonschema-generator",
							"com.github.victools:jsonschema-module-jackson"));
		}
	}

	@Test
	void needsNothingWhereItIsNotWanted() {
		this.contextRunner.withPropertyValues("rivet.events.asyncapi.enabled=false")
			.withClassLoader(new FilteredClassLoader(SchemaGenerator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AsyncApiDocument.class));
		this.contextRunner.withPropertyValues("rivet.events.asyncapi.enabled=true", "rivet.events.enabled=false")
			.withClassLoader(new FilteredClassLoader(SchemaGenerator.class))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void startsWithThem() {
		this.contextRunner.withPropertyValues("rivet.events.asyncapi.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(AsyncApiDocument.class));
	}

	@Actor("desk")
	static class Desk {

		@Action
		void open() {
		}

	}

}
