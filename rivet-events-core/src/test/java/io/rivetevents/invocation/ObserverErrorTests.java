/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.event.ActorCreatedEvent;
import io.rivetevents.event.ActorDestroyedEvent;
import io.rivetevents.event.ActorSleptEvent;
import io.rivetevents.event.ActorWokenEvent;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.event.ConnectionClosedEvent;
import io.rivetevents.event.ConnectionOpenedEvent;
import io.rivetevents.event.publishing.EventPublishingObserver;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.limit.Limits;
import io.rivetevents.scheduling.CallerScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An {@link Error} of an observer or of a listener to application events has no effect on
 * the operation that is observed.
 */
class ObserverErrorTests {

	private static final List<Supplier<Error>> ERRORS = List.of(() -> new NoClassDefFoundError("of the test"),
			() -> new StackOverflowError("of the test"), () -> new AssertionError("of the test"));

	private final AtomicInteger thrown = new AtomicInteger();

	static Stream<Arguments> listened() {
		return Stream
			.of(ActorCreatedEvent.class, ActorWokenEvent.class, ActorSleptEvent.class, ActorDestroyedEvent.class,
					ConnectionOpenedEvent.class, ConnectionClosedEvent.class, BadRequestEvent.class)
			.flatMap((event) -> ERRORS.stream().map((error) -> Arguments.of(event, error.get())));
	}

	@ParameterizedTest
	@MethodSource("listened")
	void ofAListenerChangesNothing(Class<?> event, Error error) {
		lives(new EventPublishingObserver((published) -> {
			if (event.isInstance(published)) {
				this.thrown.incrementAndGet();
				throw error;
			}
		}, Schedulers.boundedElastic(), Limits.defaults(), CallerScope.NONE));
	}

	static Stream<Arguments> observed() {
		return Stream
			.of("actorCreated", "actorWoken", "actorLeaves", "actorSlept", "actorDestroyed", "connectionOpened",
					"connectionClosed", "badRequest")
			.flatMap((method) -> ERRORS.stream().map((error) -> Arguments.of(method, error.get())));
	}

	@ParameterizedTest
	@MethodSource("observed")
	void ofAnObserverChangesNothing(String place, Error error) {
		InvocationHandler handler = (proxy, method, args) -> {
			if (method.getName().equals(place)) {
				this.thrown.incrementAndGet();
				throw error;
			}
			return null;
		};
		lives((ActorObserver) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ActorObserver.class }, handler));
	}

	/** Each event that can be reported happens once, and succeeds. */
	private void lives(ActorObserver observer) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
				new ActorHarness.Neighbours(List.of(), List.of(), observer), new Counter())) {
			assertThat(harness.call(Counter.class, "k", "add").intValue()).isEqualTo(1);
			RecordedOutbound client = harness.connect(Counter.class, "k", null);
			assertThat(catchThrowableOfType(RivetException.class,
					() -> harness.callAsClient(Counter.class, "k", "echo", "no number"))
				.code()).isNotEqualTo("internal_error");
			harness.directory().disconnected(ActorHarness.address(Counter.class, "k"), client.connectionId());
			harness.call(Counter.class, "k", "nap");
			await(() -> harness.node().size() == 0);
			assertThat(harness.call(Counter.class, "k", "add").intValue()).isEqualTo(2);
			harness.directory().destroy(ActorHarness.target(Counter.class, "k")).block(Duration.ofSeconds(5));
			assertThat(harness.node().size()).isZero();
			assertThat(harness.call(Counter.class, "k", "add").intValue()).isEqualTo(1);
			assertThat(harness.connections().members().size()).isZero();
			await(() -> harness.limits().pending().used() == 0);
			await(() -> this.thrown.get() > 0);
		}
	}

	private static void await(Supplier<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(condition::get);
	}

	static class Counter {

		@CreateState
		int[] create() {
			return new int[] { 0 };
		}

		@Action
		int add(ActorContext<int[], Void> c) {
			return ++c.state()[0];
		}

		@Action
		int echo(int number) {
			return number;
		}

		@Action
		void nap(ActorContext<int[], Void> c) {
			c.sleep();
		}

	}

}
