/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ClassUtils;

import io.rivetevents.autoconfigure.RivetEventsProperties.Backplane;
import io.rivetevents.autoconfigure.RivetEventsProperties.Store;

/**
 * Stops the start if a property requires a module that is not on the class path.
 */
final class ModulesCheck {

	private static final String STORE = "rivet.events.state.store";

	private static final String CLUSTER = "rivet.events.cluster.enabled";

	private static final String JDBC_STORE = "io.rivetevents.jdbc.JdbcActorStateStore";

	private static final String LETTUCE = "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory";

	private static final String REDIS = "the dependency io.rivetevents:rivet-events-redis, which brings Spring Data Redis with Lettuce";

	private final ApplicationContext context;

	private ModulesCheck(ApplicationContext context) {
		this.context = context;
	}

	static void check(RivetEventsProperties properties, ApplicationContext context) {
		ModulesCheck check = new ModulesCheck(context);
		// a bean of the application requires no module
		if (context.containsBean("rivetActorStateStore")) {
			check.checkStore(properties.state().store());
		}
		if (context.containsBean("rivetBackplane") && properties.backplane() == Backplane.REDIS) {
			check.require("rivet.events.backplane", "redis", REDIS, LETTUCE, "io.rivetevents.redis.RedisBackplane");
		}
		if (context.getEnvironment().getProperty(CLUSTER, Boolean.class, false)) {
			check.require(CLUSTER, "true", "the dependency io.rivetevents:rivet-events-cluster",
					"io.rivetevents.cluster.engine.ClusterEngine");
		}
		if (properties.state().jdbc().joinTransaction()) {
			check.require("rivet.events.state.jdbc.join-transaction", "true",
					"the dependencies io.rivetevents:rivet-events-jdbc and org.springframework.boot:spring-boot-starter-jdbc",
					JDBC_STORE, "org.springframework.jdbc.datasource.DataSourceUtils");
		}
		check.checkAsyncApi(properties.asyncapi());
	}

	private void checkStore(@Nullable Store store) {
		if (store == Store.JDBC) {
			require(STORE, "jdbc", "the dependency io.rivetevents:rivet-events-jdbc", JDBC_STORE);
		}
		else if (store == Store.FILE) {
			require(STORE, "file", "the dependency io.rivetevents:rivet-events-file", JDBC_STORE, "org.sqlite.JDBC");
		}
		else if (store == Store.REDIS) {
			require(STORE, "redis", REDIS, LETTUCE, "io.rivetevents.redis.store.RedisActorStateStore");
		}
	}

	/** A build can write the document without a server. */
	private void checkAsyncApi(RivetEventsProperties.Asyncapi asyncapi) {
		if (asyncapi.output() != null) {
			requireGenerator("rivet.events.asyncapi.output", asyncapi.output());
		}
		if (asyncapi.enabled() && this.context.containsBean("rivetBasePath")) {
			requireGenerator("rivet.events.asyncapi.enabled", "true");
		}
	}

	private void requireGenerator(String property, String value) {
		if (!arePresent("com.github.victools.jsonschema.generator.SchemaGenerator",
				"com.github.victools.jsonschema.module.jackson.JacksonSchemaModule")) {
			throw new InvalidSettingException(property, value, "a generator of JSON Schema is missing",
					"Add the dependencies com.github.victools:jsonschema-generator and"
							+ " com.github.victools:jsonschema-module-jackson, or remove " + property);
		}
	}

	private void require(String property, String value, String dependency, String... types) {
		if (!arePresent(types)) {
			throw new InvalidSettingException(property, value, "its module is missing", "Add " + dependency);
		}
	}

	private boolean arePresent(String... types) {
		for (String type : types) {
			if (!ClassUtils.isPresent(type, this.context.getClassLoader())) {
				return false;
			}
		}
		return true;
	}

}
