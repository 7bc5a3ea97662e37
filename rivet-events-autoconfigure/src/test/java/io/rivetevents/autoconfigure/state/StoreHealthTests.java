/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Health and readiness of an application whose store fails.
 */
class StoreHealthTests {

	private static final String DETAILS = "management.endpoint.health.show-details=always";

	private final HttpClient http = HttpClient.newHttpClient();

	private @Nullable ConfigurableApplicationContext context;

	@AfterEach
	void close() {
		if (this.context != null) {
			store().failing = false;
			this.context.close();
		}
	}

	@Test
	void isDownWhileAnInstanceIsNotSaved() throws IOException, InterruptedException {
		start();
		assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
		call("one", "add");
		store().failing = true;
		call("one", "add");
		Awaitility.await()
			.atMost(10, TimeUnit.SECONDS)
			.until(() -> health().path("details").path("unsaved").asInt() == 1);
		assertThat(health().path("status").asString()).isEqualTo("DOWN");
		assertThat(health().path("details").path("failures").asInt()).isPositive();
		assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
		store().failing = false;
		call("one", "add");
		Awaitility.await()
			.atMost(10, TimeUnit.SECONDS)
			.until(() -> get("/actuator/health/readiness").statusCode() == 200);
		assertThat(health().path("status").asString()).isEqualTo("UP");
	}

	@Test
	void isDownWhileTheStoreDoesNotAnswer() throws IOException, InterruptedException {
		start();
		store().away = true;
		assertThat(health().path("status").asString()).isEqualTo("DOWN");
		store().away = false;
		assertThat(health().path("status").asString()).isEqualTo("UP");
	}

	@Test
	void leavesTheReadinessGroupOfAnApplicationAlone() throws IOException, InterruptedException {
		start("management.endpoint.health.group.readiness.include[0]=readinessState");
		store().away = true;
		assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
		assertThat(health().path("status").asString()).isEqualTo("DOWN");
	}

	@Test
	void isAbsentForTheMemoryStoreAndWhenDisabled() {
		this.context = application().properties("management.health.rivet-store.enabled=false").run();
		assertThat(this.context.getBeansOfType(StoreHealthIndicator.class)).isEmpty();
		try (ConfigurableApplicationContext memory = new SpringApplicationBuilder(WithoutStore.class)
			.properties("server.port=0")
			.run()) {
			assertThat(memory.getBeansOfType(StoreHealthIndicator.class)).isEmpty();
			assertThat(memory.getBeansOfType(ReadinessGroup.class)).isEmpty();
		}
	}

	@Test
	void countsOnlyInstancesInMemory() {
		FailingStore store = new FailingStore();
		StoreHealthIndicator health = new StoreHealthIndicator(store, (address) -> address.equals(address("here")));
		RuntimeException failure = new IllegalStateException("no space left");
		health.saveFailed(address("here"), 0, Duration.ZERO, failure);
		for (int i = 0; i < 5000; i++) {
			health.saveFailed(address("gone" + i), 0, Duration.ZERO, failure);
		}
		assertThat(health.health().getDetails()).containsEntry("unsaved", 1).containsEntry("failures", 5001L);
		health.stateSaved(address("here"), 0, Duration.ZERO);
		assertThat(health.health().getDetails()).containsEntry("unsaved", 0);
	}

	@Test
	void ignoresErrorsOfASingleInstance() {
		StoreHealthIndicator health = new StoreHealthIndicator(new FailingStore(), (address) -> true);
		health.saveFailed(address("k"), 0, Duration.ZERO, new StaleStateException(address("k"), 1));
		health.saveFailed(address("l"), 0, Duration.ZERO, new RivetException(ErrorCode.STATE_TOO_LARGE));
		assertThat(health.health().getDetails()).containsEntry("unsaved", 0).containsEntry("failures", 0L);
		health.saveFailed(address("m"), 0, Duration.ZERO, new RivetException(ErrorCode.STATE_UNAVAILABLE));
		assertThat(health.health().getDetails()).containsEntry("unsaved", 1);
	}

	private static ActorAddress address(String key) {
		return ActorAddress.of("counter", key);
	}

	private void start(String... properties) {
		this.context = application().properties(properties).run();
	}

	private static SpringApplicationBuilder application() {
		return new SpringApplicationBuilder(Application.class).properties("server.port=0", DETAILS,
				"rivet.events.actor.save-interval=10ms", "management.health.redis.enabled=false");
	}

	private FailingStore store() {
		return this.context.getBean(FailingStore.class);
	}

	private void call(String key, String action) {
		this.context.getBean(Actors.class).getOrCreate("counter", key).call(action, Integer.class).block();
	}

	private JsonNode health() throws IOException, InterruptedException {
		return JsonMapper.shared().readTree(get("/actuator/health/rivetStore").body());
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		String port = this.context.getEnvironment().getProperty("local.server.port");
		return this.http.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Counter.class)
	static class Application {

		@Bean
		FailingStore ownStore() {
			return new FailingStore();
		}

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithoutStore {

	}

	@Actor("counter")
	static class Counter {

		@CreateState
		Count createState() {
			return new Count();
		}

		@Action
		int add(ActorContext<Count, Void> c) {
			return ++c.state().value;
		}

	}

	static final class Count {

		public int value;

	}

	/** Fails on request. */
	private static final class FailingStore extends DelegatingActorStateStore {

		private volatile boolean failing;

		private volatile boolean away;

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				throw new IllegalStateException("no space left");
			}
			super.commit(change);
		}

		@Override
		public @Nullable StoredActor loadById(String actorId) {
			if (this.away) {
				throw new IllegalStateException("connection refused");
			}
			return super.loadById(actorId);
		}

	}

}
