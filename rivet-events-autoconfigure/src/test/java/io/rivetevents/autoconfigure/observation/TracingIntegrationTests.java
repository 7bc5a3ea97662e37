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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.tracing.ActionObservationContext;
import io.rivetevents.tracing.ActionObservationConvention;
import io.rivetevents.tracing.DefaultActionObservationConvention;
import io.rivetevents.tracing.RivetObservationContext;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Observations of what actors do: their parents, keys, outcomes and ends.
 */
@ExtendWith(OutputCaptureExtension.class)
class TracingIntegrationTests {

	private static final Stops stops = new Stops();

	private static final FailingHandler handler = new FailingHandler();

	private static ConfigurableApplicationContext application;

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "spring.flyway.enabled=false", "rivet.events.tracing.enabled=true")
			.run();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@BeforeEach
	void forget() {
		stops.contexts.clear();
	}

	private static String url() {
		return "http://localhost:%s/rivet".formatted(application.getEnvironment().getProperty("local.server.port"));
	}

	private static TestClient connect(Encoding encoding, String key) {
		return TestClient.connect(url(), encoding, "room", key);
	}

	/** Calls an action of an instance within an observation of the caller. */
	private static Observation.Context callWithin(String key, String action) {
		ObservationRegistry registry = application.getBean(ObservationRegistry.class);
		Observation caller = Observation.start("caller", registry);
		try (Observation.Scope scope = caller.openScope()) {
			application.getBean(Actors.class).getOrCreate("room", key).call(action, Object.class).block();
		}
		finally {
			caller.stop();
		}
		return caller.getContext();
	}

	@Test
	void continuesTheTraceOfTheCaller() {
		Observation.Context caller = callWithin("nested", "say");
		Observation.Context action = stops.single("rivet.action");
		assertThat(parent(action)).isSameAs(caller);
		assertThat(action.getContextualName()).isEqualTo("rivet room say");
		assertThat(keys(action))
			.isEqualTo(Map.of("rivet.actor", "room", "rivet.action", "say", "rivet.outcome", "succeeded"));
		assertThat(action.getHighCardinalityKeyValue("rivet.key").getValue()).isEqualTo("nested");
		Observation.Context broadcast = stops.single("rivet.broadcast");
		assertThat(parent(broadcast)).isSameAs(action);
		assertThat(keys(broadcast)).isEqualTo(Map.of("rivet.actor", "room", "rivet.event", "other"));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "EXTENDED_JSON", "EVENT_STREAM" })
	void startsATraceForAMessageOfAClient(Encoding encoding) {
		try (TestClient client = connect(encoding, "client")) {
			assertThat(keys(stops.await("rivet.connection")))
				.isEqualTo(Map.of("rivet.actor", "room", "rivet.outcome", "succeeded"));
			client.call(1, "say");
			Observation.Context action = stops.await("rivet.action");
			assertThat(action.getParentObservation()).isNull();
			assertThat(parent(stops.await("rivet.broadcast"))).isSameAs(action);
		}
	}

	@Test
	void continuesTheTraceOfACallOverHttp() throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url() + TestClient.query("room", "http", "action/say")))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
		List<String> parents = new ArrayList<>();
		Observation.ContextView each = stops.single("rivet.action");
		while (each != null) {
			parents.add(each.getName());
			each = parent(each);
		}
		assertThat(parents).hasSizeGreaterThan(1).last().isEqualTo("http.server.requests");
		assertThat(stops.all("rivet.connection")).isEmpty();
	}

	@Test
	void continuesTheTraceInCallsFromActorToActor() {
		callWithin("asking", "ask");
		Observation.Context asking = stops.action("ask");
		assertThat(parent(stops.action("say"))).isSameAs(asking);
		assertThat(parent(stops.single("rivet.broadcast"))).isSameAs(stops.action("say"));
	}

	@Test
	void continuesTheTraceInEventsOfHandles() {
		Observation.Context caller = callWithin("handle", "announce");
		assertThat(parent(stops.single("rivet.action"))).isSameAs(caller);
		assertThat(parent(stops.single("rivet.broadcast"))).isSameAs(stops.action("announce"));
	}

	@Test
	void savesWithinTheAction() {
		callWithin("saved", "write");
		Observation.Context action = stops.action("write");
		assertThat(stops.all("rivet.save")).filteredOn((save) -> parent(save) == action)
			.singleElement()
			.satisfies((save) -> assertThat(keys(save))
				.isEqualTo(Map.of("rivet.actor", "room", "rivet.outcome", "succeeded")));
	}

	@Test
	void recordsTheErrorOfAnAction() {
		assertThatException().isThrownBy(() -> callWithin("failing", "fail"));
		Observation.Context action = stops.single("rivet.action");
		assertThat(keys(action)).containsEntry("rivet.outcome", "failed");
		assertThat(action.getError()).hasMessageContaining("no");
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "EXTENDED_JSON" })
	void endsOnceAtTheTimeout(Encoding encoding) {
		try (TestClient client = connect(encoding, "slow")) {
			Room.blocked = new CountDownLatch(1);
			for (String slow : List.of("block", "wait")) {
				client.call(1, slow);
				Observation.Context action = stops.await("rivet.action", slow);
				assertThat(keys(action)).containsEntry("rivet.outcome", "timed_out");
				Room.blocked.countDown();
				client.call(2, "say"); // runs after the method has returned
				stops.await("rivet.action", "say");
				assertThat(stops.times(action)).isOne();
				forget();
			}
		}
	}

	@Test
	void endsOnceIfTheClientCancels() {
		try (TestClient client = connect(Encoding.EXTENDED_JSON, "cancelled")) {
			client.call(1, "never");
			Awaitility.await().until(() -> Room.waiting.get() > 0);
			client.send(new ToServer.Cancel(1));
			Observation.Context action = stops.await("rivet.action", "never");
			assertThat(keys(action)).containsEntry("rivet.outcome", "cancelled");
			client.call(2, "say");
			stops.await("rivet.action", "say");
			assertThat(stops.times(action)).isOne();
		}
	}

	@Test
	void recordsAClientThatIsRejected() {
		ToServer.Hello unwelcome = new ToServer.Hello(List.of(), null, null, StringNode.valueOf("unwelcome"), null,
				null);
		try (TestClient client = TestClient.connect(url(), Encoding.EXTENDED_JSON, "room", "rejecting", unwelcome)) {
			client.next("Close");
			Observation.Context connection = stops.await("rivet.connection");
			assertThat(keys(connection)).containsEntry("rivet.outcome", "failed");
			assertThat(connection.getError()).hasMessageContaining("go away");
		}
	}

	@Test
	void doesNotAffectAnActionIfTheApplicationsConventionFails() {
		callWithin("unnamed", "unnameable");
		assertThat(stops.single("rivet.action").getContextualName()).isEqualTo("rivet room unnameable");
	}

	@ParameterizedTest
	@EnumSource
	void doesNotAffectAClientIfAHandlerFails(FailingHandler.At at, CapturedOutput output) {
		handler.at = at;
		try {
			for (Encoding encoding : List.of(Encoding.JSON, Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
				try (TestClient client = connect(encoding, at + "-" + encoding)) {
					client.subscribe("said");
					client.call(1, "write");
					assertThat(client.next(ToClient.ActionResponse.class).id()).isEqualTo(1);
					client.call(2, "say");
					assertThat(client.next(ToClient.Event.class).name()).isEqualTo("said");
					assertThat(client.next(ToClient.ActionResponse.class).id()).isEqualTo(2);
				}
			}
		}
		finally {
			handler.at = null;
		}
		if (at == FailingHandler.At.START) {
			assertThat(output).containsOnlyOnce("Failed to start an observation;")
				.containsOnlyOnce("Failed to start the observation of a request;");
		}
	}

	@Test
	void doesNotRepeatTheMeters() {
		callWithin("metered", "say");
		MeterRegistry meters = application.getBean(MeterRegistry.class);
		assertThat(meters.get("rivet.actions").timers()).isNotEmpty();
		assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getName())
			.doesNotContain("rivet.action", "rivet.action.active", "rivet.broadcast", "rivet.save");
	}

	private static Observation.@Nullable ContextView parent(Observation.ContextView context) {
		ObservationView parent = context.getParentObservation();
		return (parent != null) ? parent.getContextView() : null;
	}

	private static Map<String, String> keys(Observation.Context context) {
		Map<String, String> keys = new ConcurrentHashMap<>();
		context.getLowCardinalityKeyValues().forEach((each) -> keys.put(each.getKey(), each.getValue()));
		return keys;
	}

	/** Counts how often each observation of an actor stops. */
	private static final class Stops implements ObservationHandler<RivetObservationContext> {

		private final Map<RivetObservationContext, AtomicInteger> contexts = new ConcurrentHashMap<>();

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof RivetObservationContext;
		}

		@Override
		public void onStop(RivetObservationContext context) {
			this.contexts.computeIfAbsent(context, (key) -> new AtomicInteger()).incrementAndGet();
		}

		int times(Observation.Context context) {
			return this.contexts.get(context).get();
		}

		List<? extends Observation.Context> all(String name) {
			return this.contexts.keySet().stream().filter((each) -> name.equals(each.getName())).toList();
		}

		Observation.Context single(String name) {
			List<? extends Observation.Context> all = all(name);
			assertThat(all).as(name).hasSize(1);
			return all.get(0);
		}

		Observation.Context action(String action) {
			return all("rivet.action").stream()
				.filter((each) -> ((ActionObservationContext) each).getActionName().equals(action))
				.findFirst()
				.orElseThrow();
		}

		Observation.Context await(String name) {
			Awaitility.await().until(() -> !all(name).isEmpty());
			return single(name);
		}

		Observation.Context await(String name, String action) {
			Awaitility.await()
				.until(() -> all(name).stream()
					.anyMatch((each) -> ((ActionObservationContext) each).getActionName().equals(action)));
			return action(action);
		}

	}

	/**
	 * A handler that fails for observations of actors, and of requests that open sockets
	 * and streams.
	 */
	private static final class FailingHandler implements ObservationHandler<Observation.Context> {

		private volatile @Nullable At at;

		enum At {

			START, SCOPE_OPENED, SCOPE_CLOSED, ERROR, STOP

		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof RivetObservationContext
					|| context instanceof ServerRequestObservationContext request && request.getCarrier() != null
							&& request.getCarrier().getPath().value().matches(".*/(connect|sse)");
		}

		@Override
		public void onStart(Observation.Context context) {
			if (this.at == At.START) {
				throw new IllegalStateException("of the test");
			}
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			if (this.at == At.SCOPE_OPENED) {
				throw new IllegalStateException("of the test");
			}
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			if (this.at == At.SCOPE_CLOSED) {
				throw new IllegalStateException("of the test");
			}
		}

		@Override
		public void onError(Observation.Context context) {
			if (this.at == At.ERROR) {
				throw new IllegalStateException("of the test");
			}
		}

		@Override
		public void onStop(Observation.Context context) {
			if (this.at == At.STOP) {
				throw new IllegalStateException("of the test");
			}
		}

	}

	@Actor("room")
	static class Room {

		private static volatile CountDownLatch blocked = new CountDownLatch(1);

		private static final AtomicInteger waiting = new AtomicInteger();

		private final Actors actors;

		Room(Actors actors) {
			this.actors = actors;
		}

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnBeforeConnect
		void check(@ConnParams @Nullable String params) {
			if (params != null) {
				throw new UserError("go away");
			}
		}

		@Action
		void say(ActorContext<int[], Object> context) {
			context.broadcast("said", "hi");
		}

		@Action
		void unnameable() {
		}

		@Action
		Mono<String> ask() {
			return this.actors.getOrCreate("room", "asked").call("say", String.class);
		}

		@Action
		void announce() {
			this.actors.getOrCreate("room", "announced").broadcast("said", "hi");
		}

		@Action(durable = true)
		void write(ActorContext<int[], Object> context) {
			context.state()[0]++;
		}

		@Action
		void fail() {
			throw new UserError("no");
		}

		@Action(timeout = "100ms")
		void block() throws InterruptedException {
			boolean open = false;
			while (!open) {
				try {
					blocked.await();
					open = true;
				}
				catch (InterruptedException ex) {
					// the timeout: continues nevertheless
				}
			}
		}

		@Action(timeout = "100ms")
		Mono<String> wait(ActorContext<int[], Object> context) {
			return Mono.delay(Duration.ofDays(1)).thenReturn("");
		}

		@Action
		Mono<String> never() {
			return Mono.<String>never().doOnSubscribe((subscription) -> waiting.incrementAndGet());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class })
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
			registry.observationConfig().observationHandler(stops).observationHandler(handler);
			return registry;
		}

		@Bean
		ActionObservationConvention sensitive() {
			return new DefaultActionObservationConvention() {

				@Override
				public String getContextualName(ActionObservationContext context) {
					if (context.getActionName().equals("unnameable")) {
						throw new IllegalStateException("No name");
					}
					return super.getContextualName(context);
				}

			};
		}

	}

}
