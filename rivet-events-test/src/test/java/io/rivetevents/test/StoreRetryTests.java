/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.test.store.FaultyStateStore;

import static org.assertj.core.api.Assertions.assertThat;

/** Pauses between saves that fail, in a time that only the tests advance. */
class StoreRetryTests {

	private static final ActorAddress COUNTER = ActorHarness.address(Counter.class, "k");

	private static final Duration MOMENT = Duration.ofMillis(500);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final AtomicInteger attempts = new AtomicInteger();

	private final FaultyStateStore store = new FaultyStateStore(new MemoryActorStateStore());

	private final ActorHarness harness = ActorHarness.withTimers(this.timers,
			ActorSettings.DEFAULTS.withSleepTimeout(ActorSettings.NEVER), new DelegatingActorStateStore(this.store) {
				@Override
				public void commit(Change change) {
					StoreRetryTests.this.attempts.incrementAndGet();
					super.commit(change);
				}
			}, new Counter());

	@AfterEach
	void close() {
		this.store.clear();
		this.harness.close();
	}

	@Test
	void triesAgainWithGrowingPauses() {
		this.harness.call(Counter.class, "k", "set", 1);
		this.store.onCommit().always().fail(new IllegalStateException("The disk is full"));
		this.harness.call(Counter.class, "k", "set", 2);
		int before = this.attempts.get();
		this.timers.advanceTimeBy(ActorSettings.DEFAULTS.saveInterval());
		awaitAttempt(before + 1);
		int failures = 1;
		for (long seconds : List.of(1, 2, 4, 8, 16, 30, 30)) {
			this.timers.advanceTimeBy(Duration.ofSeconds(seconds).minus(MOMENT));
			assertThat(this.attempts).as("within %d seconds", seconds).hasValue(before + failures);
			this.timers.advanceTimeBy(MOMENT);
			failures++;
			awaitAttempt(before + failures);
		}
		this.store.clear();
		this.timers.advanceTimeBy(Duration.ofSeconds(30));
		awaitAttempt(before + failures + 1);
		Awaitility.await().untilAsserted(() -> assertThat(this.store.load(COUNTER).state()).asString().contains("2"));
	}

	/** A worker may schedule the next attempt a moment after the failure. */
	private void awaitAttempt(int number) {
		Awaitility.await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
			this.timers.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.attempts).hasValue(number);
		});
	}

	static class State {

		public int value;

	}

	static class Counter {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		void set(ActorContext<State, ?> c, int value) {
			c.state().value = value;
		}

	}

}
