/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if {@code rivet.events.inspector.enabled} is set, or by default while DevTools
 * is active: it adds a property source of defaults when it restarts the application, and
 * neither in tests nor in a packaged application.
 */
final class OnInspectorCondition extends SpringBootCondition {

	static final String ENABLED = "rivet.events.inspector.enabled";

	/** Name of the property source that DevTools adds. */
	static final String DEVTOOLS = "devtools";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConditionMessage.Builder message = ConditionMessage.forCondition("Inspector");
		if (!environment.getProperty("rivet.events.enabled", boolean.class, true)) {
			return ConditionOutcome.noMatch(message.because("rivet.events.enabled is false"));
		}
		Boolean enabled = environment.getProperty(ENABLED, Boolean.class);
		if (enabled != null) {
			return new ConditionOutcome(enabled, message.because("%s is %s".formatted(ENABLED, enabled)));
		}
		boolean active = hasDevTools(environment);
		return new ConditionOutcome(active, message.because("DevTools is " + (active ? "active" : "not active")));
	}

	private static boolean hasDevTools(@Nullable Environment environment) {
		return environment instanceof ConfigurableEnvironment configurable
				&& configurable.getPropertySources().contains(DEVTOOLS);
	}

}
