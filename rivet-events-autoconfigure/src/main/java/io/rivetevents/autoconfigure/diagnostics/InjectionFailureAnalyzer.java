/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.diagnostics;

import java.util.Collection;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Connections;
import io.rivetevents.explain.DeliveryLog;

/**
 * Reports why a type of this library cannot be injected: it is not a bean, there is no
 * {@link Actors}, {@link Connections} or {@link DeliveryLog} bean, or the application has
 * several beans of a type of which there can be one. Spring Boot would advise the reader
 * to define a bean, or to change the consumer.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InjectionFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final String PACKAGE = "io.rivetevents.";

	private static final String ENABLED = "rivet.events.enabled";

	private static final String RECORDED = "rivet.events.deliveries.recorded";

	private static final String AS_PARAMETER = "Declare it as a parameter of the methods of an actor. In another component, inject ";

	/** Types that are not beans, with what to use instead. */
	private static final Map<Class<?>, String> NO_BEANS = Map.of(ActorContext.class,
			AS_PARAMETER + Actors.class.getName() + ".", Connection.class,
			AS_PARAMETER + Connections.class.getName() + ".", ActorHandle.class,
			"Inject %s, and get the handle of an instance: actors.get(\"name\", \"key\")."
				.formatted(Actors.class.getName()));

	private final Environment environment;

	InjectionFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		Collection<String> found = (cause instanceof NoUniqueBeanDefinitionException several)
				? several.getBeanNamesFound() : null;
		if (found != null && type != null && type.getName().startsWith(PACKAGE)) {
			return several(type, found, description, cause);
		}
		if (type != null && NO_BEANS.containsKey(type)) {
			return new FailureAnalysis("%s required a bean of type '%s', which is not a bean."
				.formatted(nameOf(description), type.getName()), NO_BEANS.get(type), cause);
		}
		if (type == DeliveryLog.class) {
			return new FailureAnalysis(
					"%s required a bean of type '%s', which rivet-events provides only if %s is true."
						.formatted(nameOf(description), type.getName(), RECORDED),
					"Set %s=true, or inject an ObjectProvider.".formatted(RECORDED), cause);
		}
		return (type == Actors.class || type == Connections.class) ? missing(type, description, cause) : null;
	}

	private FailureAnalysis missing(Class<?> type, @Nullable String description, Throwable cause) {
		String wanted = "%s required a bean of type '%s', which rivet-events provides".formatted(nameOf(description),
				type.getName());
		if (!this.environment.getProperty(ENABLED, Boolean.class, true)) {
			return new FailureAnalysis(wanted + " only if " + ENABLED + " is true.",
					"Remove " + ENABLED + "=false, or inject an ObjectProvider.", cause);
		}
		return new FailureAnalysis(wanted + " by its auto-configuration, which was not applied.", "Apply "
				+ RivetEventsAutoConfiguration.class.getName() + ": do not exclude it, use"
				+ " @SpringBootApplication or @EnableAutoConfiguration, and import it with @ImportAutoConfiguration in"
				+ " a test slice.", cause);
	}

	private static FailureAnalysis several(Class<?> type, Collection<String> names, @Nullable String description,
			Throwable cause) {
		return new FailureAnalysis(
				"%s required one bean of type '%s', but there are %d: %s.".formatted(nameOf(description),
						type.getName(), names.size(), String.join(", ", names)),
				"Remove all but one of these beans, or annotate one of them with @Primary.", cause);
	}

	private static String nameOf(@Nullable String description) {
		return (description != null) ? description : "A component";
	}

}
