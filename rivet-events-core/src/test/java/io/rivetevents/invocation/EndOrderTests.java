/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnSleep;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ends of an instance that are asked for together: the one that leaves least behind wins.
 */
class EndOrderTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final Room room = new Room();

	private final HeldStore store = new HeldStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room);

	@AfterEach
	void close() {
		this.room.goOn.countDown();
		this.store.goOn.countDown();
		this.harness.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "sleepAndDestroy", "destroyAndSleep", "sleepAndDestroyInTheHook" })
	void deletesWhatIsToSleepAndToBeDeleted(String action) {
		this.harness.call(Room.class, "k", action);
		awaitNone();
		assertThat(this.store.load(ROOM)).isNull();
		assertThat(this.room.log).endsWith("destroy").containsOnlyOnce("destroy");
	}

	@Test
	void deletesWhatIsDestroyedDuringShutdown() throws Exception {
		this.harness.directory()
			.call(ActorHarness.target(Room.class, "k"), null, this.harness.request(0, "destroyLater"))
			.subscribe();
		this.room.waiting.await(5, TimeUnit.SECONDS);
		Future<?> stopped = this.harness.node().stop().toFuture();
		this.room.goOn.countDown();
		stopped.get(5, TimeUnit.SECONDS);
		assertThat(this.store.load(ROOM)).isNull();
		assertThat(this.room.log).containsExactly("destroy");
	}

	@Test
	void stopsWhatCouldNotBeSavedBeforeItSleeps() throws Exception {
		Future<?> stopped = stopWhileItIsSaved(true);
		stopped.get(5, TimeUnit.SECONDS);
		assertThat(this.store.state(ROOM)).isEqualTo("[1]");
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void callsTheHookOnceIfItSleepsWhenTheApplicationStops() throws Exception {
		Future<?> stopped = stopWhileItIsSaved(false);
		stopped.get(5, TimeUnit.SECONDS);
		assertThat(this.store.state(ROOM)).isEqualTo("[1]");
		assertThat(this.room.log).containsExactly("sleep");
	}

	private Future<?> stopWhileItIsSaved(boolean failing) throws Exception {
		this.harness.call(Room.class, "k", "nothing");
		this.store.failing = failing;
		this.store.held = true;
		this.harness.call(Room.class, "k", "addAndSleep");
		assertThat(this.store.waiting.await(5, TimeUnit.SECONDS)).isTrue();
		Future<?> stopped = this.harness.node().stop().toFuture();
		this.store.goOn.countDown();
		return stopped;
	}

	private void awaitNone() {
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> this.harness.node().size() == 0);
	}

	static class Room {

		private final List<String> log = new CopyOnWriteArrayList<>();

		private final CountDownLatch waiting = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile boolean destroying;

		@CreateState
		int[] create() {
			return new int[] { 0 };
		}

		@OnSleep
		void sleep(ActorContext<int[], ?> c) {
			this.log.add("sleep");
			if (this.destroying) {
				c.destroy();
			}
		}

		@OnDestroy
		void destroy() {
			this.log.add("destroy");
		}

		@Action
		void nothing() {
		}

		@Action
		void addAndSleep(ActorContext<int[], ?> c) {
			c.state()[0]++;
			c.sleep();
		}

		@Action
		void sleepAndDestroy(ActorContext<int[], ?> c) {
			c.sleep();
			c.destroy();
		}

		@Action
		void destroyAndSleep(ActorContext<int[], ?> c) {
			c.destroy();
			c.sleep();
		}

		@Action
		void sleepAndDestroyInTheHook(ActorContext<int[], ?> c) {
			this.destroying = true;
			c.sleep();
		}

		@Action
		void destroyLater(ActorContext<int[], ?> c) throws InterruptedException {
			this.waiting.countDown();
			this.goOn.await();
			c.destroy();
		}

	}

	/** Holds up one save, which may then fail as a database does that is away. */
	private static final class HeldStore extends UnreliableStore {

		private final CountDownLatch waiting = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile boolean held;

		private volatile boolean failing;

		@Override
		public void commit(Change change) {
			if (this.held) {
				this.held = false;
				this.waiting.countDown();
				try {
					this.goOn.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				if (this.failing) {
					throw new IllegalStateException("No connection to the database");
				}
			}
			super.commit(change);
		}

	}

}
