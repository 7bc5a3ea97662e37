/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.nio.file.Path;

import javax.sql.DataSource;

import io.r2dbc.spi.ConnectionFactories;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
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
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

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
	void warnsOfInterleavedActions(CapturedOutput output) {
		this.application.withUserConfiguration(Interleaved.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("Interleaved.move has interleave = true, so its transaction does not commit");
	}

	@ParameterizedTest
	@ValueSource(classes = { Jdbc.class, Jpa.class })
	void refusesTransactionsOfAnotherDataSource(Class<?> transactions) {
		this.application.withUserConfiguration(TwoDatabases.class, transactions, Other.class)
			.run((context) -> assertThat(context).getFailure()
				.hasMessageContaining(PROPERTY)
				.hasMessageContaining("Other.write uses the DataSource second, and the store uses first")
				.hasMessageContaining("@RivetDataSource"));
	}

	/** Of the same DataSource; or they do not begin with the action, or only read. */
	@Test
	void acceptsOtherTransactions() {
		this.application.withUserConfiguration(TwoDatabases.class, Jdbc.class, Accepted.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void createsNoActors(CapturedOutput output) {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		DataSource dataSource = new DriverManagerDataSource();
		beans.registerSingleton("transactionManager", new DataSourceTransactionManager(dataSource));
		beans.registerBeanDefinition("later", BeanDefinitionBuilder.genericBeanDefinition(Later.class, () -> {
			throw new IllegalStateException("The actor was created");
		}).getBeanDefinition());
		new TransactionCheck(beans, new AnnotationTransactionAttributeSource(), dataSource)
			.afterSingletonsInstantiated();
		assertThat(output).contains("Later.later has an asynchronous result");
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

	/** A database whose name is its text. */
	private static DataSource database(String name) {
		return new DriverManagerDataSource("jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(name)) {

			@Override
			public String toString() {
				return name;
			}

		};
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDatabases {

		@Bean
		@Primary
		DataSource first() {
			return database("first");
		}

		@Bean
		DataSource second() {
			return database("second");
		}

		@Bean
		@Primary
		DataSourceTransactionManager transactionManager(DataSource first) {
			return new DataSourceTransactionManager(new TransactionAwareDataSourceProxy(first));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jdbc {

		@Bean
		DataSourceTransactionManager ofSecond(@Qualifier("second") DataSource second) {
			return new DataSourceTransactionManager(second);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jpa {

		@Bean
		JpaTransactionManager ofSecond(@Qualifier("second") DataSource second) {
			JpaTransactionManager manager = new JpaTransactionManager(mock(EntityManagerFactory.class));
			manager.setDataSource(second);
			return manager;
		}

	}

	@Actor("other")
	static class Other {

		@Action
		@Transactional("ofSecond")
		public void write() {
		}

	}

	@Actor("accepted")
	static class Accepted {

		@Action
		@Transactional
		public void write() {
		}

		@Action
		@Transactional(transactionManager = "ofSecond", readOnly = true)
		public void read() {
		}

		@Action
		@Transactional(transactionManager = "ofSecond", propagation = Propagation.SUPPORTS)
		public void support() {
		}

		@Transactional("ofSecond")
		public void serve() {
		}

	}

	@Actor("interleaved")
	static class Interleaved {

		@Action(interleave = true)
		@Transactional
		public String move() {
			return "moved";
		}

	}

}
