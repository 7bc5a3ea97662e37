/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients cannot fill the log with requests that cannot be decoded, unless the
 * application wants to see them.
 */
class UndecodableRequestsTests {

	private static final String LOGGER = "reactor.netty.http.server.HttpServerOperations";

	@Test
	void areNotLogged() {
		assertThat(level()).isEqualTo(LogLevel.ERROR);
	}

	@Test
	void areLoggedAsTheApplicationConfigures() {
		assertThat(level("--logging.level." + LOGGER + "=warn")).isEqualTo(LogLevel.WARN);
	}

	private static LogLevel level(String... args) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0")
			.run(args)) {
			return LoggingSystem.get(context.getClassLoader()).getLoggerConfiguration(LOGGER).getConfiguredLevel();
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
