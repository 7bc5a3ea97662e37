/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.limit.LimitSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A client that is refused leaves no instance behind that was created for it, and takes
 * nothing from the clients that use it.
 */
class RefusedConnectTests {

	private static final String KEY = "k";

	private @Nullable ActorHarness harness;

	@AfterEach
	void close() {
		this.harness.close();
	}

	private <T extends Base> T start(T actor) {
		InboundInterceptor interceptor = new InboundInterceptor() {

			@Override
			public boolean supports(Inbound inbound) {
				return actor instanceof Intercepted && inbound.kind() == Inbound.Kind.CONNECT;
			}

			@Override
			public Mono<?> intercept(Inbound inbound, Next next) {
				return Base.refuse(inbound.args().get(0, String.class)).then(next.proceed(inbound));
			}

		};
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(interceptor), List.of(), ActorObserver.NONE), actor);
		return actor;
	}

	static Stream<Arguments> refusals() {
		List<Base> actors = List.of(new Gate(), new WaitingGate(), new Lobby(),
				new WaitingLobby(Mono.delay(Duration.ofMillis(20))), new Host(), new Greeter(), new Intercepted());
		return actors.stream().flatMap((actor) -> Stream.of(Way.values()).map((way) -> Arguments.of(actor, way)));
	}

	/** How a client comes. */
	enum Way {

		CONNECT, CALL, INTERLEAVED_CALL

	}

	@ParameterizedTest
	@MethodSource("refusals")
	void leavesNothingBehind(Base actor, Way way) {
		start(actor).log.clear();
		for (int i = 0; i < 3; i++) {
			assertThat(codeOf(come(actor, way, "refused"))).isEqualTo("not_you");
		}
		awaitNothing(actor);
		assertThat(actor.created()).isEqualTo(actor.destroyed());
		come(actor, way, "ada").block(ActorHarness.PATIENCE);
		assertThat(this.harness.node().size()).isOne();
	}

	@ParameterizedTest
	@ValueSource(classes = { Gate.class, WaitingGate.class })
	void createsNothingBeforeAHookThatNeedsNoInstance(Class<? extends Base> type) throws Exception {
		Base actor = start(type.getDeclaredConstructor().newInstance());
		assertThat(codeOf(come(actor, Way.CONNECT, "refused"))).isEqualTo("not_you");
		assertThat(codeOf(come(actor, Way.CALL, "refused"))).isEqualTo("not_you");
		assertThat(actor.log).isEmpty();
	}

	@Test
	void givesTheShareBack() {
		LimitSettings defaults = LimitSettings.DEFAULTS;
		this.harness = new ActorHarness(new LimitSettings(defaults.connection(), defaults.instance(),
				new LimitSettings.Share(100, 100, 100, 1), defaults.tenant(), defaults.address(), defaults.node(),
				List.of(), defaults.times(), defaults.rates()), new Gate(), new Lobby());
		for (Class<?> actor : List.of(Gate.class, Lobby.class)) {
			for (int i = 0; i < 3; i++) {
				ConnectRequest request = ConnectRequest.stateless(this.harness.mapper().toTree("refused"),
						new Identity(() -> "ada", null));
				ActorTarget target = ActorHarness.target(actor, KEY + i);
				assertThat(
						codeOf(this.harness.directory().call(target, request, this.harness.request(0, "hello")).then()))
					.isEqualTo("not_you");
				Awaitility.await().until(() -> this.harness.node().size() == 0);
			}
		}
		assertThat(this.harness.limits().stored().used()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "state", "saved state", "vars" })
	void keepsWhatTheHookHasChanged(String what) {
		Lobby lobby = start(new Lobby());
		for (int i = 0; i < 3; i++) {
			assertThat(codeOf(come(lobby, Way.CONNECT, "count in " + what))).isEqualTo("not_you");
		}
		assertThat(this.harness.call(Lobby.class, KEY, "failures").intValue()).isEqualTo(3);
		assertThat(lobby.created()).isOne();
		assertThat(lobby.destroyed()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "resolve", "call", "connect", "resolve as client" })
	void keepsWhatAnotherUsesMeanwhile(String use) {
		Sinks.Empty<Void> end = Sinks.empty();
		WaitingLobby lobby = start(new WaitingLobby(end.asMono()));
		Disposable refused = come(lobby, Way.CONNECT, "refused").onErrorComplete().subscribe();
		Awaitility.await().until(() -> lobby.waiting.get() == 1);
		String id = info(lobby).actorId();
		switch (use) {
			case "resolve" -> this.harness.directory().resolve(target(lobby)).block(ActorHarness.PATIENCE);
			case "resolve as client" -> this.harness.directory()
				.resolve(target(lobby), ConnectRequest.stateless(null, Identity.ANONYMOUS))
				.block(ActorHarness.PATIENCE);
			case "call" -> this.harness.call(WaitingLobby.class, KEY, "add", "x");
			default -> {
				come(lobby, Way.CONNECT, "ada").subscribe();
				Awaitility.await().until(() -> lobby.waiting.get() == 2);
			}
		}
		end.tryEmitEmpty().orThrow();
		Awaitility.await().until(refused::isDisposed);
		this.harness.call(WaitingLobby.class, "other", "hello");
		assertThat(codeOf(come(lobby, Way.CALL, "refused"))).isEqualTo("not_you");
		this.harness.call(WaitingLobby.class, KEY, "hello");
		assertThat(info(lobby).actorId()).isEqualTo(id);
		assertThat(lobby.destroyed()).isZero();
	}

	@Test
	void isDiscardedByTheLastOfThoseThatWait() {
		Sinks.Empty<Void> end = Sinks.empty();
		WaitingLobby lobby = start(new WaitingLobby(end.asMono()));
		List<Disposable> refused = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			refused.add(come(lobby, (i % 2 == 0) ? Way.CONNECT : Way.CALL, "refused").onErrorComplete().subscribe());
		}
		Awaitility.await().until(() -> lobby.waiting.get() == 10);
		end.tryEmitEmpty().orThrow();
		Awaitility.await().until(() -> refused.stream().allMatch(Disposable::isDisposed));
		awaitNothing(lobby);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CONNECT", "CALL" })
	void isDiscardedIfTheClientLeavesWhileItWaits(Way way) {
		Lobby lobby = start(new Lobby());
		Disposable client = come(lobby, way, "slow").subscribe();
		Awaitility.await().until(() -> this.harness.node().size() == 1 && lobby.waiting);
		client.dispose();
		awaitNothing(lobby);
	}

	@Test
	void asksEachHookOnceAndInItsOrder() {
		Careful careful = start(new Careful());
		assertThat(codeOf(come(careful, Way.CONNECT, "not to create"))).isEqualTo("forbidden");
		assertThat(careful.log).containsExactly("canCreate");
		careful.log.clear();
		come(careful, Way.CONNECT, "ada").block(ActorHarness.PATIENCE);
		String id = info(careful).actorId();
		assertThat(careful.log).containsExactly("canCreate", "beforeConnect " + id, "createState");
		come(careful, Way.CALL, "ada").block(ActorHarness.PATIENCE);
		assertThat(careful.log).containsExactly("canCreate", "beforeConnect " + id, "createState",
				"beforeConnect " + id);
	}

	@Test
	void doesNotAskAHookAboutAnInstanceThatMustExist() {
		Careful careful = start(new Careful());
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		this.harness.connections().register(request, new RecordedOutbound(request.connectionId()));
		ActorTarget target = new ActorTarget.Get(ActorHarness.address(Careful.class, KEY));
		assertThat(codeOf(this.harness.directory().connect(target, request).then())).isEqualTo("not_found");
		assertThat(careful.log).isEmpty();
	}

	/** It was let in by the input that it has sent, and finds another. */
	@Test
	void asksAgainAboutAnInstanceThatAnotherHasCreatedMeanwhile() throws Exception {
		Owned owned = start(new Owned());
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		connect(new ActorTarget.GetOrCreate(address(owned), this.harness.mapper().write("mallory")), "mallory")
			.subscribe(null, failures::add);
		assertThat(owned.asked.await(10, TimeUnit.SECONDS)).isTrue();
		this.harness.directory()
			.resolve(new ActorTarget.GetOrCreate(address(owned), this.harness.mapper().write("ada")))
			.block(ActorHarness.PATIENCE);
		owned.answer.countDown();
		Awaitility.await().until(() -> failures.size() == 1);
		assertThat(((RivetException) failures.get(0)).code()).isEqualTo("not_you");
		connect(target(owned), "ada").block(ActorHarness.PATIENCE);
	}

	/**
	 * One is refused while others come for the same instance, by other ways.
	 */
	@ParameterizedTest
	@MethodSource("racing")
	void takesNothingFromTheOthers(Base actor) {
		start(actor);
		for (int round = 0; round < 150; round++) {
			String key = "r" + round;
			ActorTarget target = new ActorTarget.GetOrCreate(ActorAddress.of(actor.name(), key), null);
			Mono<Void> refused = come(actor, target, Way.CONNECT, "refused").onErrorComplete();
			Mono<Void> refusedCall = come(actor, target, Way.CALL, "refused").onErrorComplete();
			Mono<Void> connected = come(actor, target, Way.CONNECT, "ada");
			Mono<JsonNode> added = this.harness.directory().call(target, null, this.harness.request(0, "add", "x"));
			Mono<ActorInfo> resolved = this.harness.directory().resolve(target);
			Mono<JsonNode> called = this.harness.directory()
				.call(target, ConnectRequest.stateless(null, Identity.ANONYMOUS), this.harness.request(0, "hello"));
			List<Mono<?>> others = List.of(connected, added, resolved, called);
			Mono<?> other = others.get(round % others.size());
			// the other comes before, between or after them
			List<Mono<?>> all = switch ((round / others.size()) % 3) {
				case 0 -> List.of(refused, other, refusedCall);
				case 1 -> List.of(refused, refusedCall, other);
				default -> List.of(other, refused, refusedCall);
			};
			Object[] results = Mono
				.zip(all.stream().map((each) -> each.map(Object.class::cast).defaultIfEmpty("none")).toList(),
						(values) -> values)
				.block(ActorHarness.PATIENCE);
			ActorInfo info = this.harness.directory().find(target).block(ActorHarness.PATIENCE);
			assertThat(info).as("round %d", round).isNotNull();
			for (Object result : results) {
				if (result instanceof ActorInfo told) {
					assertThat(told.actorId()).isEqualTo(info.actorId());
				}
			}
			if (other == added) {
				assertThat(this.harness.directory()
					.call(target, null, this.harness.request(0, "items"))
					.block()
					.toString()).isEqualTo("[\"x\"]");
			}
			if (other == connected) {
				assertThat(this.harness.directory()
					.call(target, null, this.harness.request(0, "guests"))
					.block()
					.intValue()).isOne();
			}
		}
		assertThat(this.harness.node().size()).isEqualTo(150);
	}

	static Stream<Base> racing() {
		return Stream.of(new Gate(), new Lobby(), new BriefLobby(), new Host(), new Greeter());
	}

	private void awaitNothing(Base actor) {
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.harness.node().size()).isZero();
			assertThat(this.harness.directory().list("default", actor.name(), null, 10).block()).isEmpty();
			assertThat(this.harness.limits().stored().used()).isZero();
		});
	}

	private ActorInfo info(Base actor) {
		return this.harness.directory().find(target(actor)).block(ActorHarness.PATIENCE);
	}

	private static ActorAddress address(Base actor) {
		return ActorAddress.of(actor.name(), KEY);
	}

	private static ActorTarget target(Base actor) {
		return new ActorTarget.GetOrCreate(address(actor), null);
	}

	private Mono<Void> come(Base actor, Way way, String params) {
		return come(actor, target(actor), way, params);
	}

	private Mono<Void> come(Base actor, ActorTarget target, Way way, String params) {
		if (way == Way.CONNECT) {
			return connect(target, params);
		}
		ConnectRequest request = ConnectRequest.stateless(this.harness.mapper().toTree(params), Identity.ANONYMOUS);
		String action = (way == Way.CALL) ? "hello" : "helloLater";
		return this.harness.directory().call(target, request, this.harness.request(0, action)).then();
	}

	private Mono<Void> connect(ActorTarget target, String params) {
		return Mono.defer(() -> {
			ConnectRequest request = ConnectRequest.stateful(this.harness.mapper().toTree(params),
					new Identity(() -> params, null));
			this.harness.connections().register(request, new RecordedOutbound(request.connectionId()));
			return this.harness.directory().connect(target, request).then();
		});
	}

	private static String codeOf(Mono<Void> refused) {
		return catchThrowableOfType(RivetException.class, () -> refused.block(ActorHarness.PATIENCE)).code();
	}

	abstract static class Base {

		final List<String> log = new CopyOnWriteArrayList<>();

		String name() {
			return getClass().getSimpleName();
		}

		static Mono<Object> refuse(@Nullable String params) {
			return "refused".equals(params) ? Mono.error(new UserError("not_you", "Not you")) : Mono.empty();
		}

		static void check(@Nullable String params) {
			if ("refused".equals(params)) {
				throw new UserError("not_you", "Not you");
			}
		}

		long created() {
			return this.log.stream().filter("createState"::equals).count();
		}

		long destroyed() {
			return this.log.stream().filter("destroy"::equals).count();
		}

		@CreateState
		List<String> createState() {
			this.log.add("createState");
			return new ArrayList<>();
		}

		/** Changes the state after it was stored first. */
		@OnWake
		void wake(ActorContext<List<String>, ?> c) {
			if (this instanceof Lobby) {
				c.state().add("awake");
				c.vars().put("awake", true);
			}
		}

		@OnDestroy
		void destroy() {
			this.log.add("destroy");
		}

		@Action
		String hello() {
			return "hello";
		}

		@Action(interleave = true)
		Mono<String> helloLater() {
			return Mono.just("hello");
		}

		@Action
		void add(ActorContext<List<String>, ?> c, String item) {
			c.state().add(item);
		}

		@Action
		List<String> items(ActorContext<List<String>, ?> c) {
			return c.state().stream().filter((item) -> !item.equals("awake")).toList();
		}

		@Action
		long failures(ActorContext<List<String>, ?> c) {
			long stored = c.state().stream().filter("failure"::equals).count();
			return stored + (Integer) c.vars().getOrDefault("failures", 0);
		}

		@Action
		int guests(ActorContext<?, ?> c) {
			return c.conns().size();
		}

		@Override
		public String toString() {
			return name();
		}

	}

	/** Its hook needs no instance. */
	static class Gate extends Base {

		@OnBeforeConnect
		void beforeConnect(@ConnParams @Nullable String params) {
			check(params);
		}

	}

	static class WaitingGate extends Base {

		@OnBeforeConnect
		Mono<Object> beforeConnect(@ConnParams @Nullable String params) {
			return Mono.delay(Duration.ofMillis(20)).then(refuse(params));
		}

	}

	/** Its hook needs the instance. */
	static class Lobby extends Base {

		volatile boolean waiting;

		@OnBeforeConnect
		Mono<Object> beforeConnect(ActorContext<List<String>, ?> c, @ConnParams @Nullable String params) {
			c.state();
			if (params != null && params.startsWith("count")) {
				if (params.endsWith("vars")) {
					c.vars().merge("failures", 1, (a, b) -> (Integer) a + (Integer) b);
				}
				else {
					c.state().add("failure");
				}
				if (params.contains("saved")) {
					c.saveState();
				}
				return refuse("refused");
			}
			if ("slow".equals(params)) {
				this.waiting = true;
				return Mono.delay(Duration.ofMillis(300)).then(refuse("refused"));
			}
			return refuse(params);
		}

	}

	static class BriefLobby extends Base {

		@OnBeforeConnect
		Mono<Object> beforeConnect(ActorContext<List<String>, ?> c, @ConnParams @Nullable String params) {
			return Mono.delay(Duration.ofMillis(2)).then(refuse(params));
		}

	}

	static class WaitingLobby extends Base {

		private final Mono<?> end;

		private final AtomicInteger waiting = new AtomicInteger();

		WaitingLobby(Mono<?> end) {
			this.end = end;
		}

		@OnBeforeConnect
		Mono<Object> beforeConnect(ActorContext<List<String>, ?> c, @ConnParams @Nullable String params) {
			this.waiting.incrementAndGet();
			return this.end.publishOn(Schedulers.parallel()).then(refuse(params));
		}

	}

	/** Refuses when it makes the connection state. */
	static class Host extends Base {

		@CreateConnState
		String createConnState(@ConnParams @Nullable String params) {
			check(params);
			return "guest";
		}

	}

	/** Refuses a connection that is in the list already. */
	static class Greeter extends Base {

		@OnConnect
		void connect(ActorContext<?, ?> c, @ConnParams @Nullable String params) {
			check(params);
		}

	}

	/** An interceptor refuses before its hook is called. */
	static class Intercepted extends Base {

		@OnBeforeConnect
		void beforeConnect() {
		}

	}

	static class Careful extends Base {

		@CanCreate
		boolean canCreate(@ConnParams @Nullable String params) {
			this.log.add("canCreate");
			return !"not to create".equals(params);
		}

		@OnBeforeConnect
		void beforeConnect() {
			this.log.add("beforeConnect " + ActorContext.current().id());
		}

	}

	/** Its input says whose it is. */
	static class Owned extends Base {

		final CountDownLatch asked = new CountDownLatch(1);

		final CountDownLatch answer = new CountDownLatch(1);

		@OnBeforeConnect
		void beforeConnect(@ConnParams @Nullable String params, @Input @Nullable String owner)
				throws InterruptedException {
			if ("mallory".equals(params)) {
				this.asked.countDown();
				this.answer.await(4, TimeUnit.SECONDS);
			}
			check(params.equals(owner) ? null : "refused");
		}

	}

}
