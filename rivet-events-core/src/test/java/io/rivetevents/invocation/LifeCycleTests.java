/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Instances and connections from their beginning to their end.
 */
class LifeCycleTests {

	private final Room room = new Room();

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room);

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void callsTheHooksInTheirOrder() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), client.connectionId());
		Awaitility.await().until(() -> this.room.log.contains("disconnect ada [ada]"));
		assertThat(this.room.log).containsExactly("beforeConnect ada", "createState", "create", "wake",
				"createConnState ada", "connect ada [ada]", "disconnect ada [ada]");
	}

	@Test
	void sendsInitAfterTheEventsOfOnConnect() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		assertThat(client.messages()).hasSize(2);
		assertThat(client.messages().get(0)).isInstanceOf(ToClient.Event.class);
		assertThat(client.messages().get(1)).isInstanceOf(ToClient.Init.class);
	}

	@Test
	void disconnectsExactlyOnce() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		for (int i = 0; i < 5; i++) {
			this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), client.connectionId());
		}
		this.harness.call(Room.class, "k", "names");
		assertThat(this.room.log.stream().filter((line) -> line.startsWith("disconnect"))).hasSize(1);
		assertThat(this.harness.call(Room.class, "k", "names").toString()).isEqualTo("[]");
	}

	@Test
	void doesNotRegisterWhomAHookRefuses() {
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.connect(Room.class, "k", "refused"));
		assertThat(ex.code()).isEqualTo("not_you");
		assertThat(this.harness.call(Room.class, "k", "names").toString()).isEqualTo("[]");
		assertThat(this.room.log).doesNotContain("disconnect refused [refused]");
	}

	@Test
	void disconnectsWhomOnConnectRefuses() {
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.connect(Room.class, "k", "late"));
		assertThat(ex.code()).isEqualTo("too_late");
		assertThat(this.harness.call(Room.class, "k", "names").toString()).isEqualTo("[]");
		assertThat(this.room.log).contains("disconnect late [late]");
	}

	@Test
	void forgetsACallThatWasAbortedWhileItConnected() {
		Disposable call = this.harness.directory()
			.call(ActorHarness.target(Room.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, "names"))
			.subscribe();
		call.dispose();
		this.harness.directory()
			.call(ActorHarness.target(Room.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, "names"))
			.subscribe()
			.dispose();
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.harness.call(Room.class, "k", "names").isEmpty()).isTrue();
			assertThat(this.room.log.stream().filter((line) -> line.startsWith("connect")).count())
				.isEqualTo(this.room.log.stream().filter((line) -> line.startsWith("disconnect")).count());
		});
	}

	@Test
	void forgetsAClientThatHasGoneBeforeItWasLetIn() {
		ConnectRequest request = ConnectRequest.stateful(this.harness.mapper().toTree("ada"), Identity.ANONYMOUS);
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> this.harness.directory()
					.connect(ActorHarness.target(Room.class, "k"), request)
					.block(ActorHarness.PATIENCE));
		assertThat(refusal.code()).isEqualTo("not_found");
		Awaitility.await().until(() -> this.harness.call(Room.class, "k", "names").isEmpty());
		assertThat(this.harness.connections().members().size()).isZero();
	}

	@Test
	void tellsObserversOnlyOfThoseWhoWereLetIn() {
		List<String> told = new CopyOnWriteArrayList<>();
		ActorObserver observer = new ActorObserver() {

			@Override
			public void connectionOpened(Connection<?> connection) {
				told.add("opened " + ((Room.Member) connection.state()).name());
			}

			@Override
			public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
				told.add("closed " + ((Room.Member) connection.state()).name());
			}

		};
		try (ActorHarness observed = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(), observer), this.room)) {
			catchThrowableOfType(RivetException.class, () -> observed.connect(Room.class, "k", "late"));
			RecordedOutbound ada = observed.connect(Room.class, "k", "ada");
			observed.directory().disconnected(ActorHarness.address(Room.class, "k"), ada.connectionId());
			Awaitility.await().until(() -> told.contains("closed ada"));
			assertThat(told).containsExactly("opened ada", "closed ada");
		}
	}

	@Test
	void tellsObserversThatAnInstanceLeavesBeforeTheNextOneStarts() {
		List<String> told = new CopyOnWriteArrayList<>();
		ActorObserver observer = new ActorObserver() {

			@Override
			public void actorCreated(ActorInfo actor) {
				told.add("created " + actor.actorId());
			}

			@Override
			public void actorLeaves(ActorInfo actor) {
				told.add("leaves " + actor.actorId());
			}

			/** The instance has left: the next one starts meanwhile. */
			@Override
			public void actorDestroyed(ActorInfo actor) {
				Awaitility.await().until(() -> told.size() == 3);
				told.add("destroyed " + actor.actorId());
			}

		};
		try (ActorHarness observed = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(), observer), this.room)) {
			observed.call(Room.class, "k", "names");
			observed.actors().get("Room", "k").destroy().subscribe();
			Awaitility.await().until(() -> told.size() == 2);
			observed.call(Room.class, "k", "names");
			Awaitility.await().until(() -> told.size() == 4);
			String first = told.get(0).substring("created ".length());
			assertThat(told).element(1).isEqualTo("leaves " + first);
			assertThat(told).element(2).asString().startsWith("created ").doesNotContain(first);
			assertThat(told).element(3).isEqualTo("destroyed " + first);
		}
	}

	@Test
	void boundsTheSubscriptionsOfAClient() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		for (int i = 0; i < 1000; i++) {
			subscribe(client, "e" + i);
			if (i % 500 == 0) {
				this.harness.call(Room.class, "k", "names");
			}
		}
		subscribe(client, "e0");
		this.harness.call(Room.class, "k", "names");
		assertThat(client.messages(ToClient.Error.class)).isEmpty();
		subscribe(client, "one more");
		subscribe(client, "x".repeat(1001));
		this.harness.call(Room.class, "k", "names");
		assertThat(client.messages(ToClient.Error.class)).extracting(ToClient.Error::code)
			.containsExactly("too_many_subscriptions", "too_many_subscriptions");
	}

	private void subscribe(RecordedOutbound client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true));
	}

	@Test
	void closesWhoMayNotSubscribeIfThatIsAskedFor() {
		try (ActorHarness strict = new ActorHarness(ActorSettings.DEFAULTS.withCloseOnForbiddenSubscription(true),
				this.room)) {
			RecordedOutbound client = strict.connect(Room.class, "k", "ada");
			strict.directory()
				.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
						new ToServer.SubscriptionRequest("secret", true));
			Awaitility.await().until(() -> !client.closed().isEmpty());
			assertThat(client.closed()).containsExactly(new CloseReason(1011, "auth.forbidden"));
			assertThat(client.messages(ToClient.Error.class)).hasSize(1);
		}
	}

	@Test
	void refusesAClientWhoseHookTakesTooLong() {
		ActorSettings quick = new ActorSettings(Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofSeconds(5),
				Duration.ofSeconds(30), Duration.ofSeconds(1), 1000, 1024, 1024, false, HistoryLimits.DEFAULTS,
				ActorSettings.StateSettings.DEFAULTS, ActorSettings.DEFAULTS.hibernation());
		try (ActorHarness impatient = new ActorHarness(quick, this.room)) {
			RivetException ex = catchThrowableOfType(RivetException.class,
					() -> impatient.connect(Room.class, "k", "slow"));
			assertThat(ex.code()).isEqualTo("callback_timed_out");
		}
	}

	@Test
	void wakesWithItsStateAfterSleep() {
		ActorSettings sleepy = ActorSettings.DEFAULTS.withSleepTimeout(Duration.ofMillis(100));
		try (ActorHarness drowsy = new ActorHarness(sleepy, this.store, this.room)) {
			drowsy.call(Room.class, "k", "add", "something");
			ActorInfo before = drowsy.directory().resolve(ActorHarness.target(Room.class, "k")).block();
			Awaitility.await().until(() -> drowsy.node().size() == 0);
			assertThat(this.room.log).contains("sleep");
			ActorInfo after = drowsy.directory().resolve(new ActorTarget.ById(before.actorId())).block();
			assertThat(after.actorId()).isEqualTo(before.actorId());
			assertThat(after.generation()).isEqualTo(before.generation() + 1);
			assertThat(drowsy.call(Room.class, "k", "items").toString()).isEqualTo("[\"something\"]");
		}
	}

	@Test
	void staysAwakeWhileSomebodyIsConnected() {
		ActorSettings sleepy = ActorSettings.DEFAULTS.withSleepTimeout(Duration.ofMillis(100));
		try (ActorHarness drowsy = new ActorHarness(sleepy, this.room)) {
			drowsy.connect(Room.class, "k", "ada");
			Awaitility.await().during(Duration.ofMillis(400)).until(() -> drowsy.node().size() == 1);
		}
	}

	@Test
	void sleepsWhenItAsksForIt() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		this.harness.call(Room.class, "k", "add", "kept");
		this.harness.call(Room.class, "k", "sleepNow");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(client.closed()).containsExactly(new CloseReason(1011, "actor.stopped"));
		assertThat(this.room.log).contains("disconnect ada [ada]", "sleep");
		assertThat(this.harness.call(Room.class, "k", "items").toString()).isEqualTo("[\"kept\"]");
	}

	@Test
	void savesWithinTheInterval() {
		this.harness.call(Room.class, "k", "add", "saved");
		Awaitility.await()
			.atMost(Duration.ofSeconds(3))
			.until(() -> state(this.store.load(ActorHarness.address(Room.class, "k"))).contains("saved"));
	}

	@Test
	void savesBeforeTheAnswerOfADurableAction() {
		this.harness.call(Room.class, "k", "addDurably", "at once");
		assertThat(state(this.store.load(ActorHarness.address(Room.class, "k")))).contains("at once");
	}

	@Test
	void savesWhenItAsksForIt() {
		this.harness.call(Room.class, "k", "addAndSave", "now");
		assertThat(state(this.store.load(ActorHarness.address(Room.class, "k")))).contains("now");
	}

	@Test
	void stopsWhenAnotherInstanceHasSaved() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		StoredActor stored = this.store.load(ActorHarness.address(Room.class, "k"));
		StoredActor newer = stored.toBuilder()
			.version(stored.version() + 1)
			.generation(9)
			.state("[\"newer\"]".getBytes(StandardCharsets.UTF_8))
			.build();
		this.store.save(newer, stored.version());
		this.harness.call(Room.class, "k", "add", "older");
		Awaitility.await().until(() -> !client.closed().isEmpty());
		assertThat(client.closed()).containsExactly(new CloseReason(1011, "actor.restarting"));
		assertThat(this.harness.call(Room.class, "k", "items").toString()).isEqualTo("[\"newer\"]");
	}

	@Test
	void savesAllAtShutdownAndClosesWithAReasonToRetry() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		this.harness.call(Room.class, "k", "add", "last");
		this.harness.node().stop().block(ActorHarness.PATIENCE);
		assertThat(client.closed()).containsExactly(new CloseReason(1011, "actor.restarting"));
		assertThat(state(this.store.load(ActorHarness.address(Room.class, "k")))).contains("last");
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.call(Room.class, "other", "items"));
		assertThat(ex.code()).isEqualTo("restarting");
	}

	@Test
	void isGoneOnceDestroyed() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", "ada");
		ActorInfo info = this.harness.directory().resolve(ActorHarness.target(Room.class, "k")).block();
		this.harness.directory().destroy(new ActorTarget.ById(info.actorId())).block(ActorHarness.PATIENCE);
		assertThat(client.closed()).containsExactly(new CloseReason(1011, "actor.destroying"));
		assertThat(this.room.log).contains("disconnect ada [ada]", "destroy");
		assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNull();
		assertThat(this.harness.directory().find(new ActorTarget.ById(info.actorId())).blockOptional()).isEmpty();
		assertThat(this.harness.call(Room.class, "k", "items").toString()).isEqualTo("[]");
	}

	@Test
	void createsAnInstanceOnceForManyWhoAskAtOnce() {
		List<ActorInfo> found = reactor.core.publisher.Flux.range(0, 100)
			.flatMap((i) -> this.harness.directory().resolve(ActorHarness.target(Room.class, "k")), 100)
			.collectList()
			.block(ActorHarness.PATIENCE);
		assertThat(found).filteredOn(ActorInfo::created).hasSize(1);
		assertThat(found).extracting(ActorInfo::actorId).containsOnly(found.get(0).actorId());
	}

	@Test
	void doesNotKeepAnInstanceThatCouldNotBeCreated() {
		ActorTarget target = new ActorTarget.Create(ActorHarness.address(Room.class, "k"),
				"\"fail\"".getBytes(java.nio.charset.StandardCharsets.UTF_8));
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.directory().resolve(target).block(ActorHarness.PATIENCE));
		assertThat(ex.code()).isEqualTo("internal_error");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNull();
	}

	@Test
	void doesNotKeepWhatWasNotFound() {
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.directory()
					.resolve(new ActorTarget.Get(ActorHarness.address(Room.class, "none")))
					.block(ActorHarness.PATIENCE));
		assertThat(ex.code()).isEqualTo("not_found");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	@Test
	void refusesAKeyThatIsTooLong() {
		RivetException ex = catchThrowableOfType(RivetException.class,
				() -> this.harness.call(Room.class, "k".repeat(1025), "items"));
		assertThat(ex.code()).isEqualTo("key_too_large");
		this.harness.call(Room.class, "k".repeat(1024), "items");
	}

	@Test
	void broadcastReachesSubscribersAndSendReachesAll() {
		RecordedOutbound ada = this.harness.connect(Room.class, "k", "ada");
		RecordedOutbound linus = this.harness.connect(Room.class, "k", "linus");
		subscribe(ada, "said", true);
		this.harness.call(Room.class, "k", "say", "one");
		subscribe(ada, "said", false);
		this.harness.call(Room.class, "k", "say", "two");
		subscribe(ada, "said", true);
		subscribe(linus, "said", true);
		this.harness.call(Room.class, "k", "sayExcept", "ada", "three");
		this.harness.call(Room.class, "k", "whisper", "ada", "four");
		assertThat(events(ada)).containsExactly("one", "four");
		assertThat(events(linus)).containsExactly("three");
	}

	@Test
	void aRefusedSubscriptionLeavesTheConnectionOpen() {
		RecordedOutbound ada = this.harness.connect(Room.class, "k", "ada");
		subscribe(ada, "secret", true);
		Awaitility.await().until(() -> !ada.messages(ToClient.Error.class).isEmpty());
		ToClient.Error error = ada.messages(ToClient.Error.class).get(0);
		assertThat(error.group() + "." + error.code()).isEqualTo("auth.forbidden");
		assertThat(error.actionId()).isNull();
		assertThat(ada.closed()).isEmpty();
	}

	@Test
	void tellsOfChangesOfTheStateAndOnlyOfThose() {
		this.harness.call(Room.class, "k", "add", "x");
		this.harness.call(Room.class, "k", "items");
		Awaitility.await().until(() -> this.room.log.contains("changed [x]"));
		assertThat(this.room.log.stream().filter((line) -> line.startsWith("changed"))).hasSize(1);
	}

	/** A save within the turn is no reason to be silent. */
	@ParameterizedTest
	@ValueSource(strings = { "add", "addDurably", "addAndSave" })
	void tellsOfChangesThatTheTurnHasSaved(String action) {
		this.harness.call(Room.class, "k", action, "x");
		Awaitility.await().until(() -> this.room.log.contains("changed [x]"));
		this.harness.call(Room.class, "k", action, "y");
		Awaitility.await().until(() -> this.room.log.contains("changed [x, y]"));
		assertThat(this.room.log.stream().filter((line) -> line.startsWith("changed"))).hasSize(2);
	}

	@Test
	void mayChangeAnAnswer() {
		assertThat(this.harness.call(Room.class, "k", "decorated").stringValue()).isEqualTo("decorated: plain");
	}

	@Test
	void anActorCallsAnother() {
		this.harness.call(Room.class, "other", "add", "there");
		assertThat(this.harness.call(Room.class, "k", "itemsOf", "other").toString()).isEqualTo("[\"there\"]");
	}

	@Test
	void aStatelessCallIsAConnectionWhileItRuns() {
		assertThat(this.harness.callAsClient(Room.class, "k", "countAll").intValue()).isEqualTo(1);
		Awaitility.await().until(() -> this.room.log.contains("disconnect null []"));
		assertThat(this.harness.call(Room.class, "k", "countAll").intValue()).isZero();
	}

	private void subscribe(RecordedOutbound client, String event, boolean wanted) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, wanted));
	}

	private static List<String> events(RecordedOutbound client) {
		return client.messages(ToClient.Event.class)
			.stream()
			.filter((event) -> event.name().equals("said"))
			.map((event) -> event.args().get(0).stringValue())
			.toList();
	}

	private static String state(StoredActor actor) {
		return new String(actor.state(), java.nio.charset.StandardCharsets.UTF_8);
	}

	static class Room {

		record Member(@Nullable String name) {
		}

		final List<String> log = new CopyOnWriteArrayList<>();

		@CreateState
		List<String> createState() {
			this.log.add("createState");
			return new ArrayList<>();
		}

		@OnCreate
		void create(@Input @Nullable String input) {
			if ("fail".equals(input)) {
				throw new IllegalStateException("It shall not be");
			}
			this.log.add("create");
		}

		@OnWake
		void wake() {
			this.log.add("wake");
		}

		@OnSleep
		void sleep() {
			this.log.add("sleep");
		}

		@OnDestroy
		void destroy() {
			this.log.add("destroy");
		}

		@OnBeforeConnect
		void beforeConnect(@ConnParams @Nullable String name) throws InterruptedException {
			if ("refused".equals(name)) {
				throw new UserError("not_you", "Not you");
			}
			if ("slow".equals(name)) {
				new java.util.concurrent.CountDownLatch(1).await();
			}
			this.log.add("beforeConnect " + name);
		}

		@CreateConnState
		Member createConnState(@ConnParams @Nullable String name) {
			this.log.add("createConnState " + name);
			return new Member(name);
		}

		@OnConnect
		void connect(ActorContext<List<String>, Member> c) {
			if ("late".equals(c.conn().state().name())) {
				throw new UserError("too_late", "Too late");
			}
			c.conn().send("welcome");
			this.log.add("connect %s %s".formatted(c.conn().state().name(), names(c)));
		}

		@OnDisconnect
		void disconnect(ActorContext<List<String>, Member> c, Connection<Member> leaving) {
			this.log.add("disconnect %s %s".formatted(leaving.state().name(), names(c)));
		}

		@CanSubscribe
		boolean canSubscribe(String event) {
			return !event.equals("secret");
		}

		@OnStateChange
		void changed(List<String> state) {
			this.log.add("changed " + state);
		}

		@OnBeforeActionResponse
		Object decorate(String action, Object result) {
			return action.equals("decorated") ? "decorated: " + result : result;
		}

		@Action
		String decorated() {
			return "plain";
		}

		@Action
		List<String> names(ActorContext<List<String>, Member> c) {
			return c.conns().stream().map((conn) -> conn.state().name()).filter((name) -> name != null).toList();
		}

		@Action
		int countAll(ActorContext<List<String>, Member> c) {
			return c.conns().size();
		}

		@Action
		void add(ActorContext<List<String>, Member> c, String item) {
			c.state().add(item);
		}

		@Action(durable = true)
		void addDurably(ActorContext<List<String>, Member> c, String item) {
			c.state().add(item);
		}

		@Action
		void addAndSave(ActorContext<List<String>, Member> c, String item) {
			c.state().add(item);
			c.saveState();
		}

		@Action
		List<String> items(ActorContext<List<String>, Member> c) {
			return c.state();
		}

		@Action
		reactor.core.publisher.Mono<List<?>> itemsOf(ActorContext<List<String>, Member> c, String key) {
			return c.actor("Room", key).call("items", List.class).map((list) -> (List<?>) list);
		}

		@Action
		void say(ActorContext<List<String>, Member> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		void sayExcept(ActorContext<List<String>, Member> c, String name, String text) {
			c.except(find(c, name)).broadcast("said", text);
		}

		@Action
		void whisper(ActorContext<List<String>, Member> c, String name, String text) {
			find(c, name).send("said", text);
		}

		@Action
		void sleepNow(ActorContext<List<String>, Member> c) {
			c.sleep();
		}

		private static Connection<Member> find(ActorContext<List<String>, Member> c, String name) {
			return c.conns().stream().filter((conn) -> name.equals(conn.state().name())).findFirst().orElseThrow();
		}

	}

}
