/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What calls take is counted from their arrival to their answer, and their time too.
 */
class UsageTests {

	private final Desk desk = new Desk();

	private ActorHarness harness = new ActorHarness(LimitSettings.DEFAULTS, this.desk, new Gate(), new Lobby());

	@AfterEach
	void stop() {
		this.desk.release();
		this.harness.close();
	}

	private void restart(LimitSettings limits) {
		this.harness.close();
		this.harness = new ActorHarness(limits, this.desk, new Gate(), new Lobby());
	}

	private static LimitSettings limits(int connectionCalls, long connectionBytes, int instanceCalls,
			long instanceBytes) {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		return new LimitSettings(new LimitSettings.Connection(connectionCalls, connectionBytes, 100, 1024 * 1024, 1000),
				new LimitSettings.Instance(instanceCalls, instanceBytes), defaults.principal(), defaults.tenant(),
				defaults.address(), defaults.node(), List.of(), defaults.times(), defaults.rates());
	}

	private void call(RecordedOutbound client, long id, String action, Object... args) {
		this.harness.directory()
			.deliver(ActorHarness.address(Desk.class, "k"), client.connectionId(),
					this.harness.request(id, action, args));
	}

	private static List<String> refusals(RecordedOutbound client) {
		return client.messages(ToClient.Error.class).stream().map(ToClient.Error::code).toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { "later", "interleaved", "block" })
	void boundsTheCallsOfAConnectionUntilTheyAreAnswered(String action) {
		restart(limits(10, 1_000_000, 1000, 10_000_000));
		RecordedOutbound client = this.harness.connect(Desk.class, "k", null);
		RecordedOutbound other = this.harness.connect(Desk.class, "k", null);
		for (int i = 0; i < 30; i++) {
			call(client, i, action);
		}
		Awaitility.await().until(() -> refusals(client).size() == 20);
		assertThat(refusals(client)).containsOnly("overloaded");
		call(other, 1, action);
		this.desk.release();
		Awaitility.await().until(() -> client.messages(ToClient.ActionResponse.class).size() == 10);
		Awaitility.await().until(() -> other.messages(ToClient.ActionResponse.class).size() == 1);
		call(client, 100, "quick");
		Awaitility.await().until(() -> client.messages(ToClient.ActionResponse.class).size() == 11);
		assertThat(this.harness.limits().hits().count(Limit.CONNECTION_CALLS)).isEqualTo(20);
	}

	@ParameterizedTest
	@ValueSource(strings = { "later", "interleaved", "block" })
	void boundsTheCallsOfAnInstanceUntilTheyAreAnswered(String action) {
		restart(limits(100, 1_000_000, 10, 10_000_000));
		RecordedOutbound first = this.harness.connect(Desk.class, "k", null);
		RecordedOutbound second = this.harness.connect(Desk.class, "k", null);
		for (int i = 0; i < 8; i++) {
			call(first, i, action);
			call(second, i, action);
		}
		Awaitility.await().until(() -> refusals(first).size() + refusals(second).size() == 6);
		assertThat(this.harness.limits().hits().count(Limit.INSTANCE_CALLS)).isEqualTo(6);
	}

	@ParameterizedTest
	@ValueSource(strings = { "later", "interleaved", "block" })
	void boundsTheMemoryOfCalls(String action) {
		restart(limits(100, 100_000, 100, 150_000));
		RecordedOutbound first = this.harness.connect(Desk.class, "k", null);
		RecordedOutbound second = this.harness.connect(Desk.class, "k", null);
		String text = "x".repeat(20_000); // 40 KB
		for (int i = 0; i < 5; i++) {
			call(first, i, action, text);
			call(second, i, action, text);
		}
		Awaitility.await().until(() -> refusals(first).size() == 3);
		Awaitility.await().until(() -> refusals(second).size() == 4);
		assertThat(this.harness.limits().hits().count(Limit.CONNECTION_PENDING)).isEqualTo(3);
		assertThat(this.harness.limits().hits().count(Limit.INSTANCE_PENDING)).isEqualTo(4);
		assertThat(this.harness.limits().pending().used()).isGreaterThan(100_000);
		this.desk.release();
		Awaitility.await().until(() -> this.harness.limits().pending().used() == 0);
	}

	@Test
	void countsAConnectionUntilTheInstanceHasTakenItOut() {
		RecordedOutbound client = this.harness.connectUser(Desk.class, "k", "ada");
		call(client, 1, "block");
		Objects.requireNonNull(this.harness.connections().usage(client.connectionId())).close();
		this.harness.connections().remove(client.connectionId(), () -> {
		});
		this.harness.directory().disconnected(ActorHarness.address(Desk.class, "k"), client.connectionId());
		assertThat(this.harness.limits().connections()).isEqualTo(1);
		this.desk.release();
		Awaitility.await().until(() -> this.harness.limits().connections() == 0);
	}

	@Test
	void boundsCallsThatComeWithoutAConnection() {
		restart(limits(100, 1_000_000, 5, 10_000_000));
		AtomicInteger refused = new AtomicInteger();
		for (int i = 0; i < 12; i++) {
			this.harness.directory()
				.call(ActorHarness.target(Desk.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
						this.harness.request(0, "block"))
				.subscribe(null, (ex) -> refused.incrementAndGet());
		}
		Awaitility.await().until(() -> refused.get() == 7);
	}

	@Test
	void boundsTheInstancesThatAUserCreates() {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		restart(new LimitSettings(defaults.connection(), defaults.instance(), new LimitSettings.Share(100, 100, 100, 3),
				defaults.tenant(), defaults.address(), defaults.node(), List.of(), defaults.times(), defaults.rates()));
		for (int i = 0; i < 3; i++) {
			this.harness.connectUser(Desk.class, "k" + i, "ada");
		}
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.harness.connectUser(Desk.class, "k3", "ada"));
		assertThat(refusal.code()).isEqualTo("overloaded");
		this.harness.connectUser(Desk.class, "k0", "ada");
		this.harness.connectUser(Desk.class, "k3", "bob");
		this.harness.directory().destroy(ActorHarness.target(Desk.class, "k1")).block(ActorHarness.PATIENCE);
		this.harness.connectUser(Desk.class, "k4", "ada");
	}

	@Test
	void doesNotRunWhatCallersWantedWhoHaveLeft() {
		RecordedOutbound client = this.harness.connect(Desk.class, "k", null);
		RecordedOutbound other = this.harness.connect(Desk.class, "k", null);
		call(other, 1, "block");
		Awaitility.await().until(() -> this.desk.blocked.get() == 1);
		for (int i = 0; i < 50; i++) {
			call(client, i, "count");
		}
		List<Disposable> visitors = List.of(visit("count"), visit("counted"), serverCall("count"));
		this.harness.directory().disconnected(ActorHarness.address(Desk.class, "k"), client.connectionId());
		visitors.forEach(Disposable::dispose);
		this.desk.release();
		assertThat(this.harness.call(Desk.class, "k", "quick").stringValue()).isEqualTo("quick");
		assertThat(this.desk.counted).hasValue(0);
		Awaitility.await().until(() -> this.harness.limits().pending().used() == 0);
	}

	private Disposable visit(String action) {
		return this.harness.directory()
			.call(ActorHarness.target(Desk.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, action))
			.subscribe();
	}

	private Disposable serverCall(String action) {
		return this.harness.directory()
			.call(ActorHarness.target(Desk.class, "k"), null, this.harness.request(0, action))
			.subscribe();
	}

	@Test
	void timesOutACallThatWaits() {
		RecordedOutbound client = this.harness.connect(Desk.class, "k", null);
		call(client, 1, "block");
		Awaitility.await().until(() -> this.desk.blocked.get() == 1);
		call(client, 2, "hurried");
		RivetException visitor = catchThrowableOfType(RivetException.class,
				() -> this.harness.callAsClient(Desk.class, "k", "hurried"));
		RivetException server = catchThrowableOfType(RivetException.class,
				() -> this.harness.call(Desk.class, "k", "hurried"));
		assertThat(visitor.code()).isEqualTo("action_timed_out");
		assertThat(server.code()).isEqualTo("action_timed_out");
		Awaitility.await().until(() -> refusals(client).equals(List.of("action_timed_out")));
		assertThat(this.desk.blocked).hasValue(1); // while the first one still runs
		this.desk.release();
		assertThat(this.harness.call(Desk.class, "k", "quick").stringValue()).isEqualTo("quick");
		assertThat(this.desk.counted).hasValue(0);
		assertThat(refusals(client)).hasSize(1);
	}

	private RecordedOutbound connect(List<ToServer.SubscriptionRequest> subscriptions, ToServer.Snapshot snapshot) {
		StreamRequest stream = new StreamRequest(subscriptions, new Position("epoch", 7),
				StreamRequest.StreamProof.UNPROVEN, "stream", "secret", snapshot, "contract", Duration.ofSeconds(25));
		ConnectRequest request = ConnectRequest.extended(null, Identity.ANONYMOUS, stream);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.harness.connections().register(request, outbound, this.harness.limits().connect(null, false));
		this.harness.directory().connect(ActorHarness.target(Desk.class, "k"), request).block(ActorHarness.PATIENCE);
		return outbound;
	}

	private ActorConnection member(RecordedOutbound client) {
		return this.harness.connections().members().find(client.connectionId());
	}

	/** A connection may stay for days. */
	@Test
	void keepsNothingOfWhatAClientAskedForOnConnecting() {
		RecordedOutbound client = connect(List.of(new ToServer.SubscriptionRequest("e", true, Set.of("t"))),
				new ToServer.Snapshot("unknown", this.harness.request(0, "x", "y".repeat(1000)).args()));
		StreamRequest left = member(client).request().stream();
		assertThat(left).isNotNull();
		assertThat(left.stream()).isEqualTo("stream");
		assertThat(left.secret()).isEqualTo("secret");
		assertThat(left.subscriptions()).isEmpty();
		assertThat(left.snapshot()).isNull();
		assertThat(left.contract()).isNull();
		assertThat(left.resume()).isNull();
		assertThat(member(client).isSubscribed("e")).isTrue();
	}

	@Test
	void forgetsCallsThatTimeOutWhileTheyWait() {
		RecordedOutbound client = connect(List.of(), null);
		call(client, 1, "block");
		Awaitility.await().until(() -> this.desk.blocked.get() == 1);
		for (int i = 2; i < 100; i++) {
			call(client, i, "hurried");
		}
		Awaitility.await().until(() -> refusals(client).size() == 98);
		this.desk.release();
		Awaitility.await().until(() -> member(client).calls().size() == 0);
	}

	@Test
	void refusesASubscriptionWithTooManyTags() {
		RecordedOutbound client = this.harness.connect(Desk.class, "k", null);
		Set<String> tags = new HashSet<>();
		for (int i = 0; i < 65; i++) {
			tags.add("t" + i);
		}
		subscribe(client, tags);
		Awaitility.await().until(() -> refusals(client).equals(List.of("too_many_subscriptions")));
		tags.remove("t0");
		subscribe(client, tags);
		Awaitility.await().until(() -> member(client).isSubscribed("e"));
	}

	private void subscribe(RecordedOutbound client, Set<String> tags) {
		this.harness.directory()
			.deliver(ActorHarness.address(Desk.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest("e", true, tags));
	}

	/** Each is a call of a hook, within the turn. */
	@Test
	void asksForNoMoreSubscriptionsThanAClientMayHave() {
		restart(limits(10, 1_000_000, 10, 1_000_000));
		List<ToServer.SubscriptionRequest> wanted = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			wanted.add(new ToServer.SubscriptionRequest("e" + i % 500, true));
		}
		RecordedOutbound client = connect(wanted, null);
		assertThat(this.desk.asked).hasValue(100);
		assertThat(member(client).subscriptionCount()).isEqualTo(100);
	}

	@Test
	void letsInNobodyWhoseSubscriptionsTakeTooLongToCheck() {
		List<ToServer.SubscriptionRequest> wanted = new ArrayList<>();
		for (int i = 0; i < 90; i++) {
			wanted.add(new ToServer.SubscriptionRequest("slow" + i, true));
		}
		RivetException refusal = catchThrowableOfType(RivetException.class, () -> connect(wanted, null));
		assertThat(refusal.code()).isEqualTo("callback_timed_out");
		assertThat(this.desk.asked.get()).isLessThan(90);
		assertThat(this.harness.call(Desk.class, "k", "quick").stringValue()).isEqualTo("quick");
	}

	@ParameterizedTest
	@ValueSource(classes = { Gate.class, Lobby.class })
	void doesNotHoldTheTurnWhileAClientWaitsToBeLetIn(Class<?> actor) {
		this.harness.connect(actor, "k", "quick");
		this.harness.directory()
			.call(ActorHarness.target(actor, "k"),
					ConnectRequest.stateless(this.harness.mapper().toTree("slow"), Identity.ANONYMOUS),
					this.harness.request(0, "hello"))
			.subscribe();
		ConnectRequest slow = ConnectRequest.stateful(this.harness.mapper().toTree("slow"), Identity.ANONYMOUS);
		this.harness.connections().register(slow, new RecordedOutbound(slow.connectionId()));
		this.harness.directory().connect(ActorHarness.target(actor, "k"), slow).subscribe();
		Awaitility.await().until(() -> Waiting.HERE.get() == 2);
		try {
			assertThat(this.harness.call(actor, "k", "hello").stringValue()).isEqualTo("hello");
			assertThat(this.harness.call(actor, "k", "guests").intValue()).isEqualTo(1);
		}
		finally {
			Waiting.LATCH.countDown();
			Waiting.SINK.tryEmitEmpty();
		}
		Awaitility.await().until(() -> this.harness.call(actor, "k", "guests").intValue() == 2);
		Waiting.reset();
	}

	@Test
	void refusesTheStateToAHookThatRunsOutsideTheTurn() {
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.harness.connect(Gate.class, "k", "curious"));
		assertThat(refusal.code()).isEqualTo("internal_error");
		this.harness.connect(Lobby.class, "k", "curious");
	}

	/** Shared by the two actors that make clients wait. */
	static final class Waiting {

		static CountDownLatch LATCH = new CountDownLatch(1);

		static Sinks.Empty<Object> SINK = Sinks.empty();

		static final AtomicInteger HERE = new AtomicInteger();

		static void reset() {
			LATCH = new CountDownLatch(1);
			SINK = Sinks.empty();
			HERE.set(0);
		}

	}

	/** What the two have in common. */
	abstract static class Entrance {

		@CreateState
		List<String> state() {
			return List.of();
		}

		@Action
		String hello() {
			return "hello";
		}

		@Action
		int guests(ActorContext<List<String>, ?> c) {
			return c.conns().size();
		}

	}

	/** Its hook blocks, and takes no context. */
	static class Gate extends Entrance {

		@OnBeforeConnect
		void check(@ConnParams @Nullable String who) throws InterruptedException {
			if ("slow".equals(who)) {
				Waiting.HERE.incrementAndGet();
				Waiting.LATCH.await(10, TimeUnit.SECONDS);
			}
			if ("curious".equals(who)) {
				ActorContext.current().state();
			}
		}

	}

	/** Its hook takes the context, and returns what comes later. */
	static class Lobby extends Entrance {

		@OnBeforeConnect
		Mono<Object> check(ActorContext<List<String>, ?> c, @ConnParams @Nullable String who) {
			c.state();
			if ("slow".equals(who)) {
				Waiting.HERE.incrementAndGet();
				return Waiting.SINK.asMono();
			}
			return Mono.empty();
		}

	}

	static class Desk {

		private final CountDownLatch latch = new CountDownLatch(1);

		private final Sinks.Empty<String> sink = Sinks.empty();

		final AtomicInteger blocked = new AtomicInteger();

		final AtomicInteger counted = new AtomicInteger();

		final AtomicInteger asked = new AtomicInteger();

		@CanSubscribe
		Mono<Boolean> check(String event) {
			this.asked.incrementAndGet();
			return event.startsWith("slow") ? Mono.delay(Duration.ofMillis(100)).thenReturn(true) : Mono.just(true);
		}

		void release() {
			this.latch.countDown();
			this.sink.tryEmitEmpty();
		}

		@Action
		void block(@Nullable String text) throws InterruptedException {
			this.blocked.incrementAndGet();
			this.latch.await(20, TimeUnit.SECONDS);
		}

		@Action
		Mono<String> later(@Nullable String text) {
			return this.sink.asMono();
		}

		@Action(interleave = true)
		Mono<String> interleaved(@Nullable String text) {
			return this.sink.asMono();
		}

		@Action
		String quick() {
			return "quick";
		}

		@Action
		void count() {
			this.counted.incrementAndGet();
		}

		@Action(interleave = true)
		Mono<Void> counted() {
			this.counted.incrementAndGet();
			return Mono.delay(Duration.ofMillis(1)).then();
		}

		@Action(timeout = "300ms")
		void hurried() {
			this.counted.incrementAndGet();
		}

	}

}
