/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.rivetevents.actor.Actors;
import io.rivetevents.connection.Connections;

/**
 * Reports why there is no {@link Actors} or {@link Connections} bean to inject.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingActorsFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String ENABLED = "rivet.events.enabled";

	private final Environment environment;

	MissingActorsFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		if (type != Actors.class && type != Connections.class) {
			return null;
		}
		String wanted = "%s required a bean of type '%s', which rivet-events provides"
			.formatted((description != null) ? description : "A component", type.getName());
		if (!this.environment.getProperty(ENABLED, Boolean.class, true)) {
			return new FailureAnalysis(wanted + " only if " + ENABLED + " is true.",
					"Remove " + ENABLED + "=false, or inject an ObjectProvider.", cause);
		}
		return new FailureAnalysis(wanted + " by its auto-configuration, which was not applied.", "Apply "
				+ RivetEventsAutoConfiguration.class.getName() + ": do not exclude it, use"
				+ " @SpringBootApplication or @EnableAutoConfiguration, and import it with @ImportAutoConfiguration in"
				+ " a test slice.", cause);
	}

}
