/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.Registration;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactor's automatic context propagation passes the values of a thread to the worker
 * that it starts, which then runs turns of other callers.
 */
class AutomaticPropagationTests {

	private static final String STRANGER = "stranger";

	private static ConfigurableApplicationContext application;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "spring.flyway.enabled=false", "rivet.events.tracing.enabled=true",
					"spring.reactor.context-propagation=auto")
			.run();
	}

	@AfterAll
	static void stop() {
		application.close();
		Hooks.disableAutomaticContextPropagation();
	}

	@BeforeEach
	void forget() {
		Room.found.clear();
		Room.held = new CountDownLatch(1);
		Room.released = new CountDownLatch(1);
	}

	private static String url() {
		return "http://localhost:%s/rivet".formatted(application.getEnvironment().getProperty("local.server.port"));
	}

	private static TestClient connect(String key) {
		return TestClient.connect(url(), Encoding.EXTENDED_JSON, "room", key);
	}

	private static Actors actors() {
		return application.getBean(Actors.class);
	}

	/** Calls an action on a thread with an observation. */
	private static void callAsStranger(String key, String action) {
		Observation.createNotStarted(STRANGER, application.getBean(ObservationRegistry.class))
			.observe(() -> actors().getOrCreate("room", key).call(action, Void.class).subscribe());
	}

	/** The stranger's turn runs until another one waits behind it on the same worker. */
	private static void behindStranger(String key, Runnable work) throws InterruptedException {
		callAsStranger(key, "hold");
		Room.held.await();
		int before = application.getBean(Queued.class).of(key);
		work.run();
		Awaitility.await().until(() -> application.getBean(Queued.class).of(key) > before);
		Room.released.countDown();
	}

	private static String await(String method) {
		Awaitility.await().until(() -> Room.found.containsKey(method));
		return Room.found.get(method);
	}

	@Test
	void anActionOfAClientStartsItsOwnTrace() throws Exception {
		try (TestClient client = connect("client")) {
			behindStranger("client", () -> client.call(1, "say"));
			assertThat(await("say")).startsWith("rivet.action").doesNotContain(STRANGER);
		}
	}

	@Test
	void anOperatorOfAnActionBelongsToIt() throws Exception {
		try (TestClient client = connect("later")) {
			behindStranger("later", () -> client.call(1, "later"));
			assertThat(await("later")).startsWith("rivet.action").doesNotContain(STRANGER);
		}
	}

	@Test
	void aListenerBelongsToTheCall() throws Exception {
		try (TestClient client = connect("listened");
				Registration registration = actors().on("room", "say", (connection, args) -> Room.find("listener"))) {
			behindStranger("listened", () -> client.call(1, "say"));
			assertThat(await("listener")).startsWith("rivet.action").doesNotContain(STRANGER);
		}
	}

	@Test
	void aConnectBelongsToItsRequest() throws Exception {
		behindStranger("connecting",
				() -> TestClient.connect(url(), Encoding.EXTENDED_JSON, "room", "connecting", TestClient.HELLO));
		assertThat(await("connect")).startsWith("rivet.connection").doesNotContain(STRANGER);
	}

	@Test
	void aDisconnectHasNoTrace() throws Exception {
		TestClient client = connect("leaving");
		behindStranger("leaving", client::close);
		assertThat(await("disconnect")).doesNotContain(STRANGER);
	}

	@Test
	void aScheduleStartsItsOwnTrace() {
		callAsStranger("scheduled", "arm");
		assertThat(await("ring")).startsWith("rivet.action").doesNotContain(STRANGER);
		assertThat(await("arm")).endsWith(STRANGER);
	}

	@Test
	void aCallFromActorToActorBelongsToTheCaller() throws Exception {
		try (TestClient client = connect("asking")) {
			behindStranger("asked", () -> client.call(1, "ask"));
			assertThat(await("say")).startsWith("rivet.action rivet.action").doesNotContain(STRANGER);
		}
	}

	@Test
	void aCallOverHttpBelongsToItsRequest() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url() + TestClient.query("room", "http", "action/say")))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		behindStranger("http",
				() -> HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.discarding()));
		assertThat(await("say")).contains("http.server.requests").doesNotContain(STRANGER);
	}

	@Actor("room")
	static class Room {

		/** Names of the current observation and its parents, by method. */
		private static final Map<String, String> found = new ConcurrentHashMap<>();

		private static volatile CountDownLatch held = new CountDownLatch(1);

		private static volatile CountDownLatch released = new CountDownLatch(1);

		private static volatile ObservationRegistry registry = ObservationRegistry.NOOP;

		private final Actors actors;

		Room(Actors actors, ObservationRegistry observations) {
			this.actors = actors;
			registry = observations;
		}

		private static void find(String method) {
			StringBuilder names = new StringBuilder();
			ObservationView each = registry.getCurrentObservation();
			while (each != null) {
				names.append(each.getContextView().getName()).append(' ');
				each = each.getContextView().getParentObservation();
			}
			found.put(method, names.toString().strip());
		}

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnConnect
		void connect() {
			find("connect");
		}

		@OnDisconnect
		void disconnect() {
			find("disconnect");
		}

		@Action
		void hold() throws InterruptedException {
			held.countDown();
			released.await();
		}

		@Action
		void say() {
			find("say");
		}

		@Action
		Mono<Long> later() {
			return Mono.delay(Duration.ofMillis(1)).doOnNext((zero) -> find("later"));
		}

		@Action
		Mono<Void> ask() {
			return this.actors.getOrCreate("room", "asked").call("say", Void.class);
		}

		@Action
		void arm(ActorContext<int[], Object> context) {
			find("arm");
			context.schedule().after(Duration.ofMillis(1), "ring");
		}

		@Action
		void ring() {
			find("ring");
		}

	}

	/** Counts the turns of each instance. */
	static class Queued implements ActorObserver {

		private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();

		@Override
		public void turnQueued(ActorAddress actor, int depth) {
			this.turns.computeIfAbsent(actor.key().serialize(), (key) -> new AtomicInteger()).incrementAndGet();
		}

		int of(String key) {
			AtomicInteger count = this.turns.get(key);
			return (count != null) ? count.get() : 0;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class, Queued.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.build();
		}

		@Bean
		TestObservationRegistry observations() {
			TestObservationRegistry registry = TestObservationRegistry.create();
			registry.observationConfig().observationHandler((context) -> true);
			return registry;
		}

	}

}
