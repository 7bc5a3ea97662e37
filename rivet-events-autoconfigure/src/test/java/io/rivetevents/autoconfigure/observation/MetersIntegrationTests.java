/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Connections;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What the meters record of real clients, and how many there are.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.actor.sleep-timeout=200ms")
class MetersIntegrationTests {

	/** Names that clients or data choose. */
	private static final int NAMES = 1_000_000;

	@LocalServerPort
	private int port;

	@Autowired
	private MeterRegistry registry;

	@Autowired
	private Actors actors;

	@Autowired
	private Connections connections;

	@Autowired
	private MeterObserver observer;

	@Autowired
	private FailingStore store;

	@Autowired
	private Limits limits;

	private String base;

	@BeforeEach
	void findServer() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void countsConnectionsByTransportAndEncoding(Encoding encoding) {
		String transport = (encoding == Encoding.EVENT_STREAM) ? "sse" : "websocket";
		double opened = value("rivet.connections.opened", "actor", "market", "transport", transport);
		double left = value("rivet.connections.closed", "actor", "market", "reason", "client");
		try (TestClient client = TestClient.connect(this.base, encoding, "market", "open")) {
			assertThat(client).isNotNull();
			await("rivet.connections", 1, "transport", transport, "encoding", encoding.label());
			await("rivet.connections.opened", opened + 1, "actor", "market", "transport", transport);
			await("rivet.instances", 1, "actor", "market");
		}
		await("rivet.connections", 0, "transport", transport, "encoding", encoding.label());
		await("rivet.connections.closed", left + 1, "actor", "market", "reason", "client");
	}

	@ParameterizedTest
	@CsvSource({ "the market is closed, application", "actor.restarting, application" })
	void countsTheReasonsOfTheServer(String text, String reason) {
		double before = value("rivet.connections.closed", "actor", "market", "reason", reason);
		try (TestClient client = TestClient.connect(this.base, Encoding.JSON, "market", "kick")) {
			client.call(1, "kick", text);
			client.closed();
		}
		await("rivet.connections.closed", before + 1, "actor", "market", "reason", reason);
	}

	@Test
	void countsRejectedClients() {
		double before = value("rivet.connections.refused", "reason", "actor.not_registered", "resume", "false");
		double own = value("rivet.connections.refused", "reason", "other", "resume", "false");
		try (TestClient client = TestClient.connect(this.base, Encoding.EXTENDED_JSON, "bazaar", "k", TestClient.HELLO);
				TestClient banned = TestClient.connect(this.base, Encoding.EXTENDED_JSON, "market", "banned",
						TestClient.HELLO)) {
			client.closed();
			banned.closed();
		}
		await("rivet.connections.refused", before + 1, "reason", "actor.not_registered", "resume", "false");
		await("rivet.connections.refused", own + 1, "reason", "other", "resume", "false");
	}

	@Test
	void countsClientsThatContinue() {
		try (TestClient first = TestClient.connect(this.base, Encoding.EXTENDED_JSON, "market", "resume",
				TestClient.HELLO)) {
			ExtendedClientCodec.Received init = first.next("Init");
			resume("market", init, init.position());
			await("rivet.connections.resumed", 1, "actor", "market", "outcome", "resumed");
			resume("market", init, 1_000_000);
			await("rivet.connections.resumed", 1, "actor", "market", "outcome", "unknown_position");
			resume("bazaar", init, 1);
			await("rivet.connections.refused", 1, "reason", "actor.not_registered", "resume", "true");
		}
	}

	private void resume(String actor, ExtendedClientCodec.Received init, long position) {
		ToServer.Hello hello = new ToServer.Hello(List.of(), TestClient.resume(init, position), null, null, null, null);
		try (TestClient client = TestClient.connect(this.base, Encoding.EXTENDED_JSON, actor, "resume", hello)) {
			client.nextExtended();
		}
	}

	@Test
	void countsWhatInstancesDo() {
		double created = value("rivet.instances.changes", "actor", "market", "change", "created");
		double slept = value("rivet.instances.changes", "actor", "market", "change", "slept");
		double woken = value("rivet.instances.changes", "actor", "market", "change", "woken");
		double destroyed = value("rivet.instances.changes", "actor", "market", "change", "destroyed");
		this.actors.getOrCreate("market", "life").call("quote", Integer.class).block();
		await("rivet.instances.changes", created + 1, "actor", "market", "change", "created");
		await("rivet.instances.changes", slept + 1, "actor", "market", "change", "slept");
		this.actors.getOrCreate("market", "life").call("quote", Integer.class).block();
		await("rivet.instances.changes", woken + 1, "actor", "market", "change", "woken");
		this.actors.get("market", "life").destroy().block();
		await("rivet.instances.changes", destroyed + 1, "actor", "market", "change", "destroyed");
	}

	@ParameterizedTest
	@CsvSource({ "quote, succeeded", "refuse, failed", "hang, timed_out" })
	void timesActionsAndTurns(String action, String outcome) {
		double before = value("rivet.actions", "actor", "market", "action", action, "outcome", outcome);
		double turns = value("rivet.turns", "actor", "market");
		catchThrowable(() -> this.actors.getOrCreate("market", "act").call(action, Object.class).block());
		await("rivet.actions", before + 1, "actor", "market", "action", action, "outcome", outcome);
		assertThat(value("rivet.turns.wait", "actor", "market")).isPositive();
		Awaitility.await().until(() -> value("rivet.turns", "actor", "market") > turns);
	}

	@Test
	void countsInvalidArguments() {
		catchThrowable(() -> this.actors.getOrCreate("market", "bad").call("kick", Object.class).block());
		await("rivet.actions.invalid", 1, "actor", "market", "action", "kick");
	}

	@Test
	void countsEventsByTheirDeclaredName() {
		double size = value("rivet.events.size", "encoding", "bare");
		double written = value("rivet.queues.written");
		try (TestClient one = TestClient.connect(this.base, Encoding.BARE, "market", "events");
				TestClient two = TestClient.connect(this.base, Encoding.BARE, "market", "events")) {
			for (TestClient client : List.of(one, two)) {
				client.subscribe("price");
				client.subscribe("rumour");
				client.subscribe("all");
				client.call(1, "quote");
				client.next(ToClient.ActionResponse.class);
			}
			one.call(2, "tell");
			await("rivet.events.sent", 1, "actor", "market", "event", "price");
			await("rivet.events.queued", 2, "actor", "market", "event", "price");
			await("rivet.events.queued", 2, "actor", "market", "event", "other");
			this.connections.here().broadcast("all", 1);
			await("rivet.events.queued", 2, "actor", "none", "event", "other");
			await("rivet.events.size", size + 3, "encoding", "bare");
			assertThat(value("rivet.queues.written")).isGreaterThan(written + 6 * 10);
		}
	}

	@Test
	void countsFailedAndRepeatedSaves() {
		double failed = value("rivet.saves", "actor", "market", "outcome", "failed");
		double retries = value("rivet.saves.retries", "actor", "market");
		this.actors.getOrCreate("market", "save").call("quote", Integer.class).block();
		this.store.failing = true;
		catchThrowable(() -> this.actors.getOrCreate("market", "save").call("save", Object.class).block());
		assertThat(value("rivet.saves", "actor", "market", "outcome", "failed")).isGreaterThan(failed);
		this.store.failing = false;
		this.actors.getOrCreate("market", "save").call("save", Object.class).block();
		assertThat(value("rivet.saves.retries", "actor", "market")).isGreaterThan(retries);
	}

	@Test
	void countsHitsOfLimitsAndWhatTheyHold() {
		try (TestClient client = TestClient.connect(this.base, Encoding.EXTENDED_JSON, "market", "limit")) {
			client.subscribe("price");
			Awaitility.await().until(() -> value("rivet.limits.used", "limit", "limits.node.subscriptions-size") > 0);
		}
		assertThat(value("rivet.limits.max", "limit", "limits.node.history-size"))
			.isEqualTo(this.limits.history().max());
		double before = value("rivet.limits.hits", "limit", "limits.node.history-size");
		this.limits.history().hit();
		assertThat(value("rivet.limits.hits", "limit", "limits.node.history-size")).isEqualTo(before + 1);
		assertThat(value("rivet.connections.max")).isEqualTo(this.limits.settings().node().connections());
		assertThat(value("rivet.workers.max")).isEqualTo(64);
	}

	/**
	 * After the other tests of this class or before: the number must not depend on it.
	 */
	@Test
	void hasFewSeriesForAMillionNames() {
		this.actors.getOrCreate("market", "many").call("quote", Integer.class).block();
		for (int i = 0; i < NAMES; i++) {
			String name = "n" + i;
			ActorAddress address = ActorAddress.of("market", name);
			this.observer.turnStarted(address, Duration.ZERO);
			this.observer.turnEnded(address, Duration.ZERO);
			this.observer.actionEnded(new Call(address, name),
					new ActionOutcome(ActionOutcome.Kind.SUCCEEDED, null, Duration.ZERO));
			this.observer.stateSaved(address, 1, Duration.ZERO);
			this.observer.eventQueued("market", name, 1, 1);
			this.observer.eventQueued(null, name, 1, 1);
		}
		for (int i = 0; i < 1000; i++) {
			this.observer.connectionRefused(URI.create("/"), false, new UserError("n" + i, "n"));
		}
		assertThat(series()).hasSizeLessThan(300);
		assertThat(series()).noneMatch((each) -> each.contains("n9"));
	}

	private List<String> series() {
		return ours()
			.flatMap((meter) -> StreamSupport.stream(meter.measure().spliterator(), false)
				.map((each) -> meter.getId() + " " + each.getStatistic()))
			.toList();
	}

	private Stream<Meter> ours() {
		return this.registry.getMeters().stream().filter((meter) -> meter.getId().getName().startsWith("rivet."));
	}

	@Test
	void registersWhatIsDocumented() {
		Map<String, RivetMeter> known = Arrays.stream(RivetMeter.values())
			.collect(Collectors.toMap(RivetMeter::id, Function.identity()));
		assertThat(ours()).isNotEmpty().allSatisfy((meter) -> {
			RivetMeter documented = known.get(meter.getId().getName());
			assertThat(documented).as(meter.getId().getName()).isNotNull();
			assertThat(meter.getId().getType()).isEqualTo(documented.type());
			assertThat(meter.getId().getBaseUnit()).isEqualTo(documented.unit());
			assertThat(meter.getId().getTags()).extracting(Tag::getKey)
				.containsExactlyInAnyOrderElementsOf(documented.tags());
		});
	}

	private void await(String name, double value, String... tags) {
		Awaitility.await().untilAsserted(() -> assertThat(value(name, tags)).isEqualTo(value));
	}

	/** Returns the first measurement: the value, or the number of recordings. */
	private double value(String name, String... tags) {
		Meter meter = this.registry.find(name).tags(tags).meter();
		return (meter != null) ? meter.measure().iterator().next().getValue() : 0;
	}

	private record Call(ActorAddress actor, String action) implements ActionCall {

		@Override
		public Connection<?> connection() {
			throw new UnsupportedOperationException();
		}

	}

	/** The events of a market. */
	public interface Prices {

		void price(int cents);

	}

	@Actor(value = "market", events = Prices.class)
	static class Market {

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnBeforeConnect
		void check(ActorContext<?, ?> c) {
			if (c.key().serialize().equals("banned")) {
				throw new UserError("banned", "Banned");
			}
		}

		@Action
		int quote() {
			return 1;
		}

		@Action
		void refuse() {
			throw new UserError("sold_out", "Sold out");
		}

		@Action(timeout = "50ms")
		Mono<Void> hang() {
			return Mono.never();
		}

		@Action
		void kick(Connection<?> caller, String reason) {
			caller.disconnect(reason);
		}

		@Action
		void tell(ActorContext<?, ?> c) {
			c.broadcast("price", 1);
			c.broadcast("rumour", 1);
		}

		@Action
		void save(ActorContext<int[], ?> c) {
			c.state()[0]++;
			c.saveState();
		}

	}

	static class FailingStore extends DelegatingActorStateStore {

		private volatile boolean failing;

		FailingStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				throw new IllegalStateException("store is down");
			}
			super.commit(change);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Market.class, FailingStore.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

}
