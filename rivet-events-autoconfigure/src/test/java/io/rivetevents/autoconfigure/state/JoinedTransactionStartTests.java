/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.nio.file.Path;

import io.r2dbc.spi.ConnectionFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts of applications whose transactions cannot commit actions.
 */
@ExtendWith(OutputCaptureExtension.class)
class JoinedTransactionStartTests {

	private static final String PROPERTY = "rivet.events.state.jdbc.join-transaction";

	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
				RivetEventsAutoConfiguration.class, RivetEventsJdbcAutoConfiguration.class,
				RivetEventsFileAutoConfiguration.class, RivetEventsTransactionAutoConfiguration.class))
		.withUserConfiguration(Later.class)
		.withPropertyValues("spring.datasource.url=jdbc:h2:mem:start;DB_CLOSE_DELAY=-1", PROPERTY + "=true");

	@Test
	void warnsOfAsynchronousActions(CapturedOutput output) {
		this.application.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Later.later has an asynchronous result, so its transaction does not commit");
	}

	@Test
	void refusesReactiveTransactionsOnly() {
		this.application.withUserConfiguration(Reactive.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(PROPERTY)
				.hasMessageContaining("R2DBC"));
	}

	@Test
	void refusesAFile(@TempDir Path folder) {
		this.application
			.withPropertyValues("rivet.events.state.store=file", "rivet.events.state.file.path=" + folder.resolve("db"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(PROPERTY)
				.hasMessageContaining("rivet.events.state.store=jdbc"));
	}

	@Test
	void refusesAnApplicationWithoutTransactions() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, DataSourceAutoConfiguration.class,
					RivetEventsAutoConfiguration.class, RivetEventsJdbcAutoConfiguration.class,
					RivetEventsTransactionAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:start;DB_CLOSE_DELAY=-1", PROPERTY + "=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(PROPERTY)
				.hasMessageContaining("PlatformTransactionManager"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Reactive {

		@Bean
		R2dbcTransactionManager transactionManager() {
			return new R2dbcTransactionManager(ConnectionFactories.get("r2dbc:h2:mem:///unused"));
		}

	}

	@Actor("later")
	static class Later {

		@Action
		@Transactional
		public Mono<String> later() {
			return Mono.just("later");
		}

	}

}
