/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Registration;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Interceptors of messages, and listeners to them.
 */
class InterceptorTests {

	private final List<String> log = new CopyOnWriteArrayList<>();

	private final Room room = new Room();

	private @Nullable ActorHarness harness;

	@AfterEach
	void close() {
		if (this.harness != null) {
			this.harness.close();
		}
	}

	@Test
	void goesAroundActionsSubscriptionsAndConnectsInOrder() {
		start(List.of(logging("outer"), logging("inner")), List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		subscribe(ada, "said");
		call(ada, 1, "say", "hi");
		Awaitility.await().until(() -> !ada.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(this.log).containsExactly("outer CONNECT Room[k]  [\"ada\"] null ada",
				"inner CONNECT Room[k]  [\"ada\"] null ada", "inner done", "outer done",
				"outer SUBSCRIPTION Room[k] said [] connection ada",
				"inner SUBSCRIPTION Room[k] said [] connection ada", "inner done", "outer done",
				"outer ACTION Room[k] say [\"hi\"] connection ada", "inner ACTION Room[k] say [\"hi\"] connection ada",
				"inner done", "outer done");
		assertThat(ada.messages(ToClient.Event.class)).hasSize(2);
	}

	@Test
	void seesOnlyWhatItSupports() {
		start(List.of(new InboundInterceptor() {

			@Override
			public boolean supports(Inbound inbound) {
				return inbound.name().equals("twice");
			}

			@Override
			public Mono<?> intercept(Inbound inbound, Next next) {
				return Mono.just(0);
			}

		}), List.of());
		assertThat(callAsClient("twice", 21)).isEqualTo("0");
		assertThat(callAsClient("half", 42)).isEqualTo("21");
	}

	@Test
	void changesArgumentsAndResults() {
		start(List.of(on(Inbound.Kind.ACTION,
				(inbound, next) -> next
					.proceed(inbound.withArgs(inbound.args().with(0, inbound.args().get(0, Integer.class) + 1)))
					.map((result) -> "<" + result + ">"))),
				List.of());
		assertThat(callAsClient("twice", 20)).isEqualTo("\"<42>\"");
	}

	@Test
	void changesWhatAClientIsToldOfNothing() {
		start(List.of(on(Inbound.Kind.ACTION, (inbound, next) -> next.proceed(inbound).then())), List.of());
		assertThat(callAsClient("twice", 21)).isEqualTo("null");
	}

	@Test
	void refusesWithAnError() {
		start(List.of(on(Inbound.Kind.ACTION, (inbound, next) -> {
			throw new UserError("rate_limited", "Slow down");
		})), List.of());
		assertThat(refusal(() -> callAsClient("twice", 1)).code()).isEqualTo("rate_limited");
	}

	@Test
	void masksWhatAnInterceptorFailsWith() {
		start(List.of(on(Inbound.Kind.ACTION, (inbound, next) -> Mono.error(new IllegalStateException("secret")))),
				List.of());
		RivetException ex = refusal(() -> callAsClient("twice", 1));
		assertThat(ex.code()).isEqualTo("internal_error");
		assertThat(ex.text()).doesNotContain("secret");
	}

	@Test
	void skipsAnAction() {
		start(List.of(on(Inbound.Kind.ACTION, (inbound, next) -> inbound.skip())), List.of());
		assertThat(refusal(() -> callAsClient("twice", 1)).code()).isEqualTo("skipped");
	}

	@Test
	void skipsASubscription() {
		start(List.of(on(Inbound.Kind.SUBSCRIPTION, (inbound, next) -> inbound.skip())), List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		subscribe(ada, "said");
		this.harness.call(Room.class, "k", "say", "hi");
		assertThat(ada.messages(ToClient.Error.class)).extracting(ToClient.Error::code).containsExactly("skipped");
		assertThat(ada.messages(ToClient.Event.class)).extracting(ToClient.Event::name).containsExactly("welcome");
		assertThat(ada.closed()).isEmpty();
	}

	@Test
	void refusesAConnect() {
		start(List.of(on(Inbound.Kind.CONNECT, (inbound, next) -> inbound.skip())), List.of());
		assertThat(refusal(() -> this.harness.connectUser(Room.class, "k", "ada")).code()).isEqualTo("skipped");
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isZero();
	}

	@Test
	void refusesAConnectThatHasGoneOnAlready() {
		start(List.of(on(Inbound.Kind.CONNECT,
				(inbound, next) -> next.proceed(inbound).then(Mono.error(new UserError("late", "Too late"))))),
				List.of());
		assertThat(refusal(() -> this.harness.connectUser(Room.class, "k", "ada")).code()).isEqualTo("late");
		Awaitility.await().until(() -> this.harness.call(Room.class, "k", "count").intValue() == 0);
	}

	@Test
	void keepsTheOrderOfMessagesWhileItDelays() {
		start(List.of(on(Inbound.Kind.ACTION,
				(inbound, next) -> "slow".equals(inbound.args().get(0, String.class))
						? Mono.delay(Duration.ofMillis(100)).then(next.proceed(inbound)) : next.proceed(inbound))),
				List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		call(ada, 1, "say", "slow");
		call(ada, 2, "say", "quick");
		Awaitility.await().until(() -> ada.messages(ToClient.ActionResponse.class).size() == 2);
		assertThat(ada.messages(ToClient.ActionResponse.class)).extracting(ToClient.ActionResponse::id)
			.containsExactly(1L, 2L);
	}

	@Test
	void endsAnInterceptorThatNeverDoes() {
		this.harness = new ActorHarness(ActorSettings.DEFAULTS.withActionTimeout(Duration.ofMillis(200)),
				new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(on(Inbound.Kind.ACTION,
						(inbound, next) -> inbound.name().equals("twice") ? Mono.never() : next.proceed(inbound))),
						List.of(), ActorObserver.NONE),
				this.room);
		assertThat(refusal(() -> callAsClient("twice", 1)).code()).isEqualTo("action_timed_out");
		assertThat(callAsClient("half", 2)).isEqualTo("1");
	}

	@Test
	void changesAndLeavesOutEventsForEachConnection() {
		start(List.of(), List.of(outbound((event) -> {
			String user = event.connection().principal().getName();
			if (user.equals("banned")) {
				return null;
			}
			return user.equals("ada") ? event.withArgs(event.args().with(0, event.args().get(0, String.class) + "!"))
					: event;
		})));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		RecordedOutbound linus = this.harness.connectUser(Room.class, "k", "linus");
		RecordedOutbound banned = this.harness.connectUser(Room.class, "k", "banned");
		assertThat(this.harness.call(Room.class, "k", "sendToAll", "hi").toString()).isEqualTo("[3,2]");
		assertThat(last(ada)).isEqualTo("hi!");
		assertThat(last(linus)).isEqualTo("hi");
		assertThat(banned.messages(ToClient.Event.class)).isEmpty();
	}

	@Test
	void leavesAConnectionOutForWhichAnOutboundInterceptorFails() {
		start(List.of(), List.of(outbound((event) -> {
			if (event.connection().principal().getName().equals("ada") && !event.name().equals("welcome")) {
				throw new IllegalStateException("broken");
			}
			return event;
		})));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		RecordedOutbound linus = this.harness.connectUser(Room.class, "k", "linus");
		this.harness.call(Room.class, "k", "sendToAll", "hi");
		assertThat(last(linus)).isEqualTo("hi");
		assertThat(ada.messages(ToClient.Event.class)).extracting(ToClient.Event::name).containsExactly("welcome");
	}

	/**
	 * What an interceptor sends comes after the event that it sees, for each connection;
	 * two instances whose interceptors send to one another do not wait for each other.
	 */
	@Test
	void sendsAfterwardsWhatAnOutboundInterceptorSends() {
		AtomicReference<Function<String, ActorConnection>> other = new AtomicReference<>();
		start(List.of(), List.of(outbound((event) -> {
			if (event.name().equals("told")) {
				event.connection().send("seen", event.args().get(0, String.class));
				other.get().apply(event.connection().actorKey().serialize()).send("crossed");
			}
			return event;
		})));
		RecordedOutbound one = this.harness.connectUser(Room.class, "one", "ada");
		RecordedOutbound two = this.harness.connectUser(Room.class, "two", "linus");
		Map<String, RecordedOutbound> crossed = Map.of("one", two, "two", one);
		other.set((key) -> this.harness.connections().members().find(crossed.get(key).connectionId()));
		int rounds = 200;
		ExecutorService threads = Executors.newFixedThreadPool(2);
		for (String key : List.of("one", "two")) {
			threads.submit(() -> {
				for (int i = 0; i < rounds; i++) {
					this.harness.actors().get("Room", key).send("told", "n" + i).whenDone().block();
				}
			});
		}
		Awaitility.await().until(() -> count(one, "crossed") == rounds && count(two, "crossed") == rounds);
		threads.shutdownNow();
		for (RecordedOutbound client : List.of(one, two)) {
			List<String> own = client.messages(ToClient.Event.class)
				.stream()
				.filter((event) -> event.name().equals("told") || event.name().equals("seen"))
				.map((event) -> event.name() + " " + event.args().get(0).stringValue())
				.toList();
			assertThat(own).hasSize(2 * rounds);
			for (int i = 0; i < rounds; i++) {
				assertThat(own.indexOf("seen n" + i)).isGreaterThan(own.indexOf("told n" + i));
			}
		}
	}

	private static long count(RecordedOutbound client, String event) {
		return client.messages(ToClient.Event.class).stream().filter((each) -> each.name().equals(event)).count();
	}

	@Test
	void callsListenersInOrderAfterTheAction() {
		start(List.of(), List.of());
		ActorHandle handle = this.harness.actors().get("Room", "k");
		handle.on("say", (connection, args) -> this.log.add("first " + args + this.room.said));
		handle.on("say", (connection, args) -> {
			throw new IllegalStateException("this one is broken");
		});
		Registration third = handle.on("say",
				(connection, args) -> this.log.add("third " + connection.principal().getName() + args.size()));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		call(ada, 1, "say", "hi");
		Awaitility.await().until(() -> !ada.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(this.log).containsExactly("first [\"hi\"][hi]", "third ada1");
		third.close();
		third.close();
		call(ada, 2, "say", "again");
		Awaitility.await().until(() -> ada.messages(ToClient.ActionResponse.class).size() == 2);
		assertThat(this.log).hasSize(3);
	}

	@Test
	void listensToNamesThatAreNoActions() {
		start(List.of(), List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		Registration registration = this.harness.actors()
			.on("Room", "ping", (connection, args) -> connection.send("pong", args.get(0, Integer.class)));
		call(ada, 1, "ping", 7);
		Awaitility.await().until(() -> !ada.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(ada.messages(ToClient.Event.class).get(1).args()).hasToString("[7]");
		registration.close();
		call(ada, 2, "ping", 7);
		Awaitility.await().until(() -> !ada.messages(ToClient.Error.class).isEmpty());
		assertThat(ada.messages(ToClient.Error.class).get(0).code()).isEqualTo("action_not_found");
	}

	@Test
	void listensToOneInstanceOnly() {
		start(List.of(), List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		String id = this.harness.actors().get("Room", "k").resolve().block().actorId();
		this.harness.actors().get("Room", "other").on("say", (connection, args) -> this.log.add("other"));
		this.harness.actors().byId(id).on("say", (connection, args) -> this.log.add("by id"));
		call(ada, 1, "say", "hi");
		Awaitility.await().until(() -> !ada.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(this.log).containsExactly("by id");
	}

	@Test
	void predictsWhatACallWouldDo() {
		start(List.of(on(Inbound.Kind.ACTION, (inbound, next) -> {
			this.log.add("interceptor " + inbound.principal().getName());
			return next.proceed(inbound);
		})), List.of());
		ActorHandle handle = this.harness.actors().get("Room", "k");
		handle.on("twice", (connection, args) -> this.log.add("listener " + args));
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		Connection<?> connection = this.harness.connections().members().find(ada.connectionId());
		assertThat(handle.predict(connection, "twice", Integer.class, 21).block(ActorHarness.PATIENCE)).isEqualTo(42);
		assertThat(this.log).containsExactly("interceptor ada", "listener [21]");
		assertThat(refusal(() -> handle.predict(connection, "twice", Integer.class, "x").block(ActorHarness.PATIENCE))
			.code()).isEqualTo("validation_error");
		assertThat(ada.messages(ToClient.ActionResponse.class)).isEmpty();
		assertThat(ada.messages(ToClient.Error.class)).isEmpty();
	}

	@Test
	void predictsForItsOwnConnectionsOnly() {
		start(List.of(), List.of());
		RecordedOutbound ada = this.harness.connectUser(Room.class, "k", "ada");
		this.harness.connectUser(Room.class, "other", "linus");
		Connection<?> connection = this.harness.connections().members().find(ada.connectionId());
		ActorHandle other = this.harness.actors().get("Room", "other");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> other.predict(connection, "twice", Integer.class, 1).block(ActorHarness.PATIENCE));
		ActorHandle none = this.harness.actors().get("Room", "none");
		assertThat(
				refusal(() -> none.predict(connection, "twice", Integer.class, 1).block(ActorHarness.PATIENCE)).code())
			.isEqualTo("not_found");
	}

	private void start(List<InboundInterceptor> inbound, List<OutboundInterceptor> outbound) {
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(inbound, outbound, ActorObserver.NONE), this.room);
	}

	private InboundInterceptor logging(String name) {
		return (inbound, next) -> {
			this.log.add("%s %s %s %s %s %s %s".formatted(name, inbound.kind(), inbound.actor(), inbound.name(),
					inbound.args(), (inbound.connection() != null) ? "connection" : null,
					inbound.principal().getName()));
			return next.proceed(inbound).doOnTerminate(() -> this.log.add(name + " done"));
		};
	}

	private static InboundInterceptor on(Inbound.Kind kind,
			BiFunction<Inbound, InboundInterceptor.Next, Mono<?>> around) {
		return (inbound, next) -> (inbound.kind() == kind) ? around.apply(inbound, next) : next.proceed(inbound);
	}

	private static OutboundInterceptor outbound(Function<OutboundEvent, @Nullable OutboundEvent> function) {
		return function::apply;
	}

	private void subscribe(RecordedOutbound client, String event) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true));
	}

	private void call(RecordedOutbound client, long id, String action, Object... args) {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					this.harness.request(id, action, args));
	}

	private String callAsClient(String action, Object... args) {
		return this.harness.callAsClient(Room.class, "k", action, args).toString();
	}

	private static String last(RecordedOutbound client) {
		List<ToClient.Event> events = client.messages(ToClient.Event.class);
		return events.get(events.size() - 1).args().get(0).stringValue();
	}

	private static RivetException refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		return catchThrowableOfType(RivetException.class, call);
	}

	static class Room {

		private final List<String> said = new ArrayList<>();

		@OnConnect
		void welcome(Connection<?> connection) {
			if (!connection.isStateless()) {
				connection.send("welcome", "you");
			}
		}

		@Action
		void say(ActorContext<?, ?> c, String text) {
			this.said.add(text);
			c.broadcast("said", text);
		}

		@Action
		List<Integer> sendToAll(ActorContext<?, ?> c, String text) {
			var receipt = c.send("said", text);
			return List.of(receipt.targeted(), receipt.queued());
		}

		@Action
		@Nullable Integer twice(int number) {
			return number * 2;
		}

		@Action
		int half(int number) {
			return number / 2;
		}

		@Action
		int count(ActorContext<?, ?> c) {
			return c.conns().size();
		}

	}

}
