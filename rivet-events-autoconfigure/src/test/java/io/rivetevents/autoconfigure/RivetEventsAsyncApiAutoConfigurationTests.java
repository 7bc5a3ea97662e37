package io.rivetevents.autoconfigure;

import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import io.rivetevents.asyncapi.AsyncApiDocument;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The description of the actors needs libraries that an application may not have.
 */
class RivetEventsAsyncApiAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsWebAutoConfiguration.class, RivetEventsAsyncApiAutoConfiguration.class,
				RivetEventsAsyncApiMissingAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "rivet.events.asyncapi.enabled=true", "rivet.events.asyncapi.output=target/none.json" })
	void stopsTheStartWithoutTheLibrariesThatItNeeds(String property) {
		for (Class<?> missing : new Class<?>[] { SchemaGenerator.class, JacksonSchemaModule.class }) {
			this.contextRunner.withPropertyValues(property)
				.withClassLoader(new FilteredClassLoader(missing))
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(InvalidConfigurationPropertyValueException.class)
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

}
