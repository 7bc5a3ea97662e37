/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.Version;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Actions that are committed by a transaction of JPA, whose rows are written at the
 * commit only.
 */
@TestInstance(Lifecycle.PER_CLASS)
class JpaJoinedTransactionTests {

	private final ActorAddress address = ActorAddress.of("shop", UUID.randomUUID().toString());

	private ConfigurableApplicationContext context;

	String url() throws IOException {
		return "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());
	}

	@BeforeAll
	void start() throws IOException {
		this.context = new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + url(), "spring.flyway.enabled=false",
					"rivet.events.state.jdbc.initialize-schema=always", "rivet.events.state.jdbc.join-transaction=true",
					"rivet.events.actor.save-interval=1h", "rivet.events.shutdown.spread=0s",
					"spring.datasource.hikari.maximum-pool-size=1", "spring.datasource.hikari.connection-timeout=3000")
			.run();
	}

	@AfterAll
	void stop() throws IOException {
		this.context.close();
	}

	@Test
	void commitsEntitiesAndStateTogether() {
		assertThat(call("order", "a")).isEqualTo(1);
		assertThat(orders("a")).isEqualTo(1);
		long version = version();
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("fail", "b"));
		assertThat(orders("b")).isZero();
		assertThat(version()).isEqualTo(version);
		assertThatExceptionOfType(RivetException.class).as("fails when it is flushed")
			.isThrownBy(() -> call("order", "a"));
		assertThat(version()).isEqualTo(version);
		Awaitility.await().untilAsserted(() -> assertThat(call("count", "")).isEqualTo(1));
		assertThat(call("order", "c")).isEqualTo(2);
		assertThat(version()).isEqualTo(version + 1);
	}

	/** After the commit, the association can no longer be loaded. */
	@Test
	void convertsTheResultInTheTransaction() {
		call("order", "lazy");
		JsonNode purchase = call("addLine", JsonNode.class, "lazy");
		assertThat(purchase.path("lines").toString()).isEqualTo("[\"first\",\"second\"]");
		assertThat(purchase.path("version").asInt()).as("of the flushed row").isEqualTo(1);
	}

	final int call(String action, String id) {
		return call(action, Integer.class, id);
	}

	private <T> T call(String action, Class<T> type, String id) {
		return this.context.getBean(Actors.class)
			.getOrCreate(this.address.name(), this.address.key())
			.call(action, type, id)
			.block();
	}

	final int orders(String id) {
		return this.context.getBean(JdbcTemplate.class)
			.queryForObject("select count(*) from purchase where id = ?", Integer.class, id);
	}

	final long version() {
		return this.context.getBean(ActorStateStore.class).load(this.address).version();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Shop.class)
	static class Application {

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(dataSource);
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			factory.setManagedTypes(PersistenceManagedTypes.of(Purchase.class.getName()));
			factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
			return factory;
		}

		@Bean
		JpaTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

	}

	@Entity(name = "purchase")
	static class Purchase {

		@Id
		public String id;

		@Version
		public int version;

		@ElementCollection(fetch = FetchType.LAZY)
		public List<String> lines = new ArrayList<>(List.of("first"));

	}

	static final class Count {

		public int count;

	}

	@Actor("shop")
	static class Shop {

		@PersistenceContext
		private EntityManager entities;

		@CreateState
		Count createState() {
			return new Count();
		}

		@Action
		@Transactional
		public int order(ActorContext<Count, ?> c, String id) {
			Purchase purchase = new Purchase();
			purchase.id = id;
			this.entities.persist(purchase);
			return ++c.state().count;
		}

		@Action
		@Transactional
		public Purchase addLine(ActorContext<Count, ?> c, String id) {
			Purchase purchase = this.entities.find(Purchase.class, id);
			purchase.lines.add("second");
			return purchase;
		}

		@Action
		@Transactional
		public int fail(ActorContext<Count, ?> c, String id) {
			order(c, id);
			throw new IllegalArgumentException("a failure after both changes");
		}

		@Action
		public int count(ActorContext<Count, ?> c, String ignored) {
			return c.state().count;
		}

	}

}
