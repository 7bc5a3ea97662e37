/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.reactive.DispatcherHandler;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.asyncapi.AsyncApiDocument;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.transport.http.AsyncApiHandler;
import io.rivetevents.transport.webflux.ActorHandlerMapping;
import io.rivetevents.transport.webflux.BasePath;

/**
 * Auto-configuration of the AsyncAPI document, if a generator of JSON Schema is on the
 * class path. Only serving the document requires a reactive web application: a build can
 * write it without a server.
 */
@AutoConfiguration(after = { RivetEventsAutoConfiguration.class, RivetEventsWebAutoConfiguration.class })
@ConditionalOnClass({ SchemaGenerator.class, JacksonSchemaModule.class })
@ConditionalOnBean(ActorDirectory.class)
public final class RivetEventsAsyncApiAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AsyncApiDocument rivetAsyncApiDocument(ObjectProvider<ActorRegistrar> registrar, JsonMapper mapper,
			@Value("${spring.application.name:application}") String title, RivetEventsProperties properties) {
		return new AsyncApiDocument(() -> registrar.getObject().contracts(), mapper, title, properties.basePath());
	}

	@Bean
	@ConditionalOnProperty("rivet.events.asyncapi.output")
	ApplicationListener<ApplicationReadyEvent> rivetAsyncApiWriter(AsyncApiDocument document,
			RivetEventsProperties properties) {
		String file = Objects.requireNonNull(properties.asyncapi().output());
		return (event) -> write(document, file);
	}

	private static void write(AsyncApiDocument document, String file) {
		try {
			document.writeTo(Path.of(file));
		}
		catch (UncheckedIOException | InvalidPathException ex) {
			throw new InvalidSettingException("rivet.events.asyncapi.output", file, String.valueOf(ex.getMessage()),
					"Set rivet.events.asyncapi.output to a file that this process can write, or remove it");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DispatcherHandler.class)
	@ConditionalOnBean(BasePath.class)
	static class Served {

		@Bean
		@ConditionalOnBooleanProperty(name = "rivet.events.asyncapi.enabled")
		AsyncApiHandler rivetAsyncApiHandler(AsyncApiDocument document, JsonMapper mapper) {
			return new AsyncApiHandler(SingletonSupplier.of(() -> mapper.writeValueAsBytes(document.write())));
		}

		@Bean
		@ConditionalOnBean(AsyncApiHandler.class)
		ActorHandlerMapping rivetAsyncApiHandlerMapping(BasePath basePath, AsyncApiHandler handler) {
			return ActorHandlerMapping.forRoutes(basePath, AsyncApiHandler.PATH::equals, handler);
		}

	}

}
