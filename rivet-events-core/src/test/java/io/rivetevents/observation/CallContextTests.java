/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The content of a caller's thread or Reactor context is available where its call runs,
 * and nowhere else.
 */
class CallContextTests {

	private static final String KEY = "test.trace";

	private static final ThreadLocal<@Nullable String> TRACE = new ThreadLocal<>();

	private final Room room = new Room();

	private final Hall hall = new Hall();

	private final ActorHarness harness = ActorHarness.withWorkers(2, this.room, this.hall);

	@BeforeAll
	static void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, TRACE);
	}

	@AfterAll
	static void unregister() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
	}

	@AfterEach
	void close() {
		TRACE.remove();
		SecurityContextHolder.clearContext();
		this.harness.close();
	}

	private ActorHandle room() {
		return this.harness.actors().getOrCreate("Room", "k");
	}

	private @Nullable String call(String action) {
		return room().call(action, String.class).block(ActorHarness.PATIENCE);
	}

	private List<@Nullable String> onWorkers() {
		List<@Nullable String> seen = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			RecordedOutbound client = this.harness.connect(Hall.class, "k" + i, null);
			this.harness.directory()
				.deliver(ActorHarness.address(Hall.class, "k" + i), client.connectionId(),
						this.harness.request(1, "look"));
			Awaitility.await().until(() -> client.messages().size() == 2);
			seen.add(client.messages().get(1).toString());
		}
		return seen;
	}

	@ParameterizedTest
	@ValueSource(strings = { "look", "lookLater", "lookAside", "lookInContext", "lookAsideInContext",
			"lookThroughAnother", "lookThroughAnotherLater" })
	void passesFromAThreadToTheAction(String action) {
		TRACE.set("t1");
		assertThat(call(action)).isEqualTo("t1");
		assertThat(TRACE.get()).isEqualTo("t1");
		TRACE.remove();
		assertThat(call(action)).as("without one").isEqualTo("none");
		assertThat(onWorkers()).allMatch((seen) -> seen.contains("none"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "look", "lookLater", "lookAside", "lookInContext", "lookAsideInContext",
			"lookThroughAnother", "lookThroughAnotherLater" })
	void passesFromAReactorContextToTheAction(String action) {
		TRACE.set("of the thread");
		assertThat(room().call(action, String.class)
			.contextWrite(Context.of(KEY, "t1", "other", "value"))
			.block(ActorHarness.PATIENCE)).isEqualTo("t1");
	}

	@Test
	void passesToTheHooksThatACallCauses() {
		TRACE.set("t1");
		call("add");
		Awaitility.await().until(() -> this.room.hooks.size() == 5);
		assertThat(this.room.hooks).containsExactly("createState t1", "create t1", "wake t1", "beforeResponse t1",
				"stateChange t1");
	}

	@Test
	void passesToTheHooksOfAConnect() {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.harness.connections().register(request, outbound);
		this.harness.directory()
			.connect(ActorHarness.target(Hall.class, "k"), request)
			.contextWrite(Context.of(KEY, "t1"))
			.block(ActorHarness.PATIENCE);
		assertThat(this.hall.hooks).containsExactly("beforeConnect t1", "connect t1");
	}

	@Test
	void passesFromACallOverHttp() {
		assertThat(this.harness.directory()
			.call(ActorHarness.target(Room.class, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, "lookInContext"))
			.contextWrite(Context.of(KEY, "t1"))
			.block(ActorHarness.PATIENCE)
			.stringValue()).isEqualTo("t1");
	}

	@Test
	void passesWithAPrediction() {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		TRACE.set("t1");
		assertThat(
				room().predict(this.harness.connections().members().find(client.connectionId()), "look", String.class)
					.block(ActorHarness.PATIENCE))
			.isEqualTo("t1");
	}

	@Test
	void passesTheCurrentObservation() {
		this.room.observations.observationConfig().observationHandler((context) -> true); // or
																							// all
																							// are
																							// no-ops
		Observation observation = Observation.start("of the test", this.room.observations);
		try (Observation.Scope scope = observation.openScope()) {
			assertThat(call("observe")).isEqualTo("of the test");
		}
		assertThat(call("observe")).isEqualTo("none");
	}

	@ParameterizedTest
	@EnumSource(FailingAccessor.At.class)
	void goesOnWithoutWhatAnAccessorFailsAt(FailingAccessor.At at) {
		FailingAccessor accessor = new FailingAccessor(at);
		ContextRegistry.getInstance().registerThreadLocalAccessor(accessor);
		try {
			assertThat(call("look")).isEqualTo("none");
			assertThat(accessor.failures).hasPositiveValue();
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor(accessor.key());
		}
	}

	@Test
	void doesNotMixTwoCallers() {
		Mono<String> first = room().call("meet", String.class);
		Mono<String> second = room().call("meet", String.class);
		assertThat(Mono
			.zip(first.contextWrite(Context.of(KEY, "t1")), second.contextWrite(Context.of(KEY, "t2")),
					(one, two) -> one + " " + two)
			.block(ActorHarness.PATIENCE)).isEqualTo("t1 t2");
	}

	/** A call never has the rights of another one, nor its transaction. */
	@Test
	void doesNotPassWhoCallsNorWhatHasNoAccessor() {
		TestingAuthenticationToken ada = new TestingAuthenticationToken("ada", "secret");
		SecurityContextHolder.getContext().setAuthentication(ada);
		TRACE.set("t1");
		Context caller = Context.of("transaction", "open")
			.putAll(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(new SecurityContextImpl(ada)))
				.readOnly());
		assertThat(room().call("keys", String.class).contextWrite(caller).block(ActorHarness.PATIENCE))
			.isEqualTo("anonymous [test.trace]");
	}

	@Test
	void capturesNothingWithoutValues() {
		assertThat(CallContext.capture(Context.empty())).isSameAs(CallContext.NONE);
		assertThat(CallContext.capture(Context.of("other", "value"))).isSameAs(CallContext.NONE);
		Mono<String> work = Mono.just("work");
		assertThat(CallContext.NONE.around(work)).isSameAs(work);
	}

	@Test
	void holdsNothingWithoutTheLibrary() throws Exception {
		TRACE.set("t1");
		Class<?> type = new WithoutMicrometer().loadClass(CallContext.class.getName());
		Object captured = type.getMethod("capture", ContextView.class).invoke(null, Context.of(KEY, "t1"));
		assertThat(captured).isSameAs(type.getField("NONE").get(null));
		Mono<String> work = Mono.just("work");
		assertThat(type.getMethod("captured", Mono.class).invoke(null, work)).isSameAs(work);
	}

	private static String trace() {
		String trace = TRACE.get();
		return (trace != null) ? trace : "none";
	}

	private static Mono<String> traceInContext() {
		return Mono.deferContextual((context) -> Mono.just(context.<String>getOrDefault(KEY, "none")));
	}

	static class Room {

		private final List<String> hooks = new CopyOnWriteArrayList<>();

		private final CountDownLatch met = new CountDownLatch(2);

		private final ObservationRegistry observations = ObservationRegistry.create();

		@CreateState
		int[] create() {
			this.hooks.add("createState " + trace());
			return new int[1];
		}

		@OnCreate
		Mono<Void> created() {
			return traceInContext().doOnNext((trace) -> this.hooks.add("create " + trace))
				.delayElement(Duration.ofMillis(10))
				.then();
		}

		/** After what has come back on another thread. */
		@OnWake
		void woken() {
			this.hooks.add("wake " + trace());
		}

		@OnBeforeActionResponse
		Object beforeResponse(String action, Object value) {
			this.hooks.add("beforeResponse " + trace());
			return value;
		}

		@OnStateChange
		void changed() {
			this.hooks.add("stateChange " + trace());
		}

		@Action
		String add(ActorContext<int[], Void> c) {
			return "now " + ++c.state()[0];
		}

		@Action
		String look() {
			return trace();
		}

		@Action
		String observe() {
			Observation current = this.observations.getCurrentObservation();
			return (current != null) ? current.getContext().getName() : "none";
		}

		@Action
		Mono<String> lookLater() {
			return Mono.fromSupplier(CallContextTests::trace);
		}

		@Action(interleave = true)
		String lookAside() {
			return trace();
		}

		@Action
		Mono<String> lookInContext() {
			return Mono.delay(Duration.ofMillis(10)).then(traceInContext());
		}

		@Action(interleave = true)
		Mono<String> lookAsideInContext() {
			return Mono.delay(Duration.ofMillis(10)).then(traceInContext());
		}

		@Action
		String lookThroughAnother(ActorContext<int[], Void> c) {
			return c.actor("Hall", "k").call("look", String.class).block(ActorHarness.PATIENCE);
		}

		@Action
		Mono<String> lookThroughAnotherLater(ActorContext<int[], Void> c) {
			return Mono.delay(Duration.ofMillis(10)).then(c.actor("Hall", "k").call("lookInContext", String.class));
		}

		@Action(interleave = true)
		Mono<String> meet() throws InterruptedException {
			String before = trace();
			return Mono.fromCallable(() -> {
				this.met.countDown();
				return this.met.await(10, TimeUnit.SECONDS);
			}).subscribeOn(Schedulers.boundedElastic()).then(traceInContext()).filter(before::equals);
		}

		@Action
		Mono<String> keys() {
			boolean anonymous = SecurityContextHolder.getContext().getAuthentication() == null;
			return Mono.deferContextual((context) -> Mono.just((anonymous ? "anonymous " : "known ")
					+ context.stream().map((entry) -> entry.getKey()).filter(String.class::isInstance).toList()));
		}

	}

	static class Hall {

		private final List<String> hooks = new CopyOnWriteArrayList<>();

		@OnBeforeConnect
		void check() {
			this.hooks.add("beforeConnect " + trace());
		}

		@OnConnect
		void connected() {
			this.hooks.add("connect " + trace());
		}

		@Action
		String look() {
			return trace();
		}

		@Action
		Mono<String> lookInContext() {
			return traceInContext();
		}

	}

	/** Fails at one of its methods, in an action or before it. */
	private static final class FailingAccessor implements ThreadLocalAccessor<String> {

		private final AtomicInteger failures = new AtomicInteger();

		private final At at;

		FailingAccessor(At at) {
			this.at = at;
		}

		enum At {

			GET, SET, RESTORE

		}

		private void failAt(At here) {
			if (here == this.at) {
				this.failures.incrementAndGet();
				throw new NoClassDefFoundError("of the test");
			}
		}

		@Override
		public Object key() {
			return "failing";
		}

		@Override
		public String getValue() {
			failAt(At.GET);
			return new String("value"); // a copy, as of an MDC
		}

		@Override
		public void setValue(String value) {
			failAt(At.SET);
		}

		@Override
		public void setValue() {
		}

		@Override
		public void restore(String previous) {
			failAt(At.RESTORE);
		}

	}

	/** Loads the class anew, and finds nothing of the library. */
	private static final class WithoutMicrometer extends ClassLoader {

		WithoutMicrometer() {
			super(CallContext.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("io.micrometer.")) {
				throw new ClassNotFoundException(name);
			}
			return name.startsWith(CallContext.class.getName()) ? define(name) : super.loadClass(name, resolve);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			Class<?> loaded = findLoadedClass(name);
			if (loaded != null) {
				return loaded;
			}
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
