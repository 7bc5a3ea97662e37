/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.diagnostics;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.error.InvalidDeclarationException;

/**
 * Reports which declaration of the application is invalid, and what to change. Runs
 * before the analyzers of Spring Boot, which would report the failed binding of a
 * property instead of its reason.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidDeclarationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidDeclarationException> {

	private final Environment environment;

	InvalidDeclarationFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidDeclarationException cause) {
		String origin = (cause instanceof InvalidSettingException setting) ? origin(setting.property()) : "";
		return new FailureAnalysis(cause.description() + origin, cause.action(), cause);
	}

	private String origin(String property) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
		Optional<Origin> origin = StreamSupport
			.stream(ConfigurationPropertySources.get(this.environment).spliterator(), false)
			.map((source) -> source.getConfigurationProperty(name))
			.filter(Objects::nonNull)
			.findFirst()
			.map(ConfigurationProperty::getOrigin);
		return origin.map(" Its origin is %s."::formatted).orElse("");
	}

}
