/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Raises two limits of the server; settings of the application take precedence. Clients
 * send the input of an instance in the URL and their params in a header, which need more
 * than 4 KB and 8 KB (protocol document, section 11).
 */
final class ServerDefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor {

	private static final Map<String, Object> DEFAULTS = Map.of("server.netty.max-initial-line-length", "16KB",
			"server.max-http-request-header-size", "32KB");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.getProperty("rivet.events.enabled", Boolean.class, true)) {
			DefaultPropertiesPropertySource.addOrMerge(DEFAULTS, environment.getPropertySources());
		}
	}

}
