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
 * Changes three defaults of the server; settings of the application take precedence. Two
 * limits are raised: clients send the input of an instance in the URL and their params in
 * a header, which need more than 4 KB and 8 KB (protocol document, section 11). A request
 * that cannot be decoded is answered 400 and not logged as a warning with its whole
 * content: any client could fill the log.
 */
final class ServerDefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor {

	/** Logs undecodable requests as warnings, and failures of the server as errors. */
	private static final String DECODING = "reactor.netty.http.server.HttpServerOperations";

	private static final Map<String, Object> DEFAULTS = Map.of("server.netty.max-initial-line-length", "16KB",
			"server.max-http-request-header-size", "32KB", "logging.level." + DECODING, "error");

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (environment.getProperty("rivet.events.enabled", Boolean.class, true)) {
			DefaultPropertiesPropertySource.addOrMerge(DEFAULTS, environment.getPropertySources());
		}
	}

}
