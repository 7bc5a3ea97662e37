/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.stream.Stream;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration that stops the start if the AsyncAPI document is enabled and its
 * generator is not on the class path.
 */
@AutoConfiguration(after = RivetEventsAsyncApiAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "rivet.events.enabled", matchIfMissing = true)
public final class RivetEventsAsyncApiMissingAutoConfiguration {

	private static final String ENABLED = "rivet.events.asyncapi.enabled";

	private static final String OUTPUT = "rivet.events.asyncapi.output";

	private static void check(String property, ApplicationContext context) {
		boolean present = Stream
			.of("com.github.victools.jsonschema.generator.SchemaGenerator",
					"com.github.victools.jsonschema.module.jackson.JacksonSchemaModule")
			.allMatch((type) -> ClassUtils.isPresent(type, context.getClassLoader()));
		if (!present) {
			throw new InvalidSettingException(property, context.getEnvironment().getProperty(property),
					"a generator of JSON Schema is missing",
					"Add the dependencies com.github.victools:jsonschema-generator and"
							+ " com.github.victools:jsonschema-module-jackson, or remove " + property);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = ENABLED)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class Served {

		Served(ApplicationContext context) {
			check(ENABLED, context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(OUTPUT)
	static class Written {

		Written(ApplicationContext context) {
			check(OUTPUT, context);
		}

	}

}
