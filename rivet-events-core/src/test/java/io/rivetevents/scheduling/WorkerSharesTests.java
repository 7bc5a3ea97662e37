/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.scheduling.SharedWork.Beneficiary;
import io.rivetevents.scheduling.SharedWork.Fixed;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the workers each gets whose work blocks.
 */
class WorkerSharesTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int WORKERS = 16;

	private final Scheduler timers = Schedulers.newSingle("test-timers", true);

	private final ActorWorkers workers = new ActorWorkers(WORKERS, new WakeupBatches(this.timers));

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final AtomicInteger done = new AtomicInteger();

	@AfterEach
	void stop() {
		this.goOn.countDown();
		this.workers.dispose();
		this.timers.dispose();
	}

	/** Those for whom work is done, each with its share. */
	enum Part {

		OWNER(8) {
			@Override
			Beneficiary named(String name) {
				return new Beneficiary(name, null, null);
			}
		},
		ADDRESS(8) {
			@Override
			Beneficiary named(String name) {
				return new Beneficiary(null, name, null);
			}
		},
		ACTOR(12) {
			@Override
			Beneficiary named(String name) {
				return new Beneficiary(null, null, name);
			}
		};

		private final int most;

		Part(int most) {
			this.most = most;
		}

		abstract Beneficiary named(String name);

	}

	@ParameterizedTest
	@EnumSource
	void leavesWorkersForOthers(Part part) {
		AtomicInteger blocked = block(part.named("a"), 40);
		awaitBlocked(blocked, part.most);
		assertThat(run(part.named("b"))).succeedsWithin(PATIENCE);
		assertThat(run(new Beneficiary(null, null, null))).succeedsWithin(PATIENCE);
		CompletableFuture<Void> more = run(part.named("a"));
		assertThat(run(part.named("c"))).succeedsWithin(PATIENCE);
		assertThat(more).isNotDone();
		assertThat(blocked).hasValue(part.most);
	}

	@ParameterizedTest
	@EnumSource
	void runsAllThatWasHeldInItsOrder(Part part) {
		AtomicInteger blocked = block(part.named("a"), 40);
		awaitBlocked(blocked, part.most);
		List<Integer> order = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			int number = i;
			this.workers.schedule(new Fixed(() -> {
				synchronized (order) {
					order.add(number);
				}
				this.done.incrementAndGet();
			}, part.named((i % 2 == 0) ? "a" : "b")));
		}
		Awaitility.await().atMost(PATIENCE).until(() -> this.done.get() == 50);
		assertThat(order).allMatch((number) -> number % 2 == 1);
		this.goOn.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> this.done.get() == 140);
		assertThat(run(part.named("a"))).succeedsWithin(PATIENCE);
	}

	@Test
	void leavesSomethingToEachOfSeveral() {
		awaitBlocked(block(Part.ADDRESS.named("a"), 20), 8);
		awaitBlocked(block(Part.ADDRESS.named("b"), 20), 4);
		awaitBlocked(block(Part.ADDRESS.named("c"), 20), 2);
		awaitBlocked(block(Part.ADDRESS.named("d"), 20), 1);
		assertThat(run(Part.ADDRESS.named("e"))).succeedsWithin(PATIENCE);
	}

	/**
	 * One address has all it may, and then the actor too: what of the address is held
	 * first must not stand before others when the actor has room again.
	 */
	@Test
	void holdsNobodyUpBehindOneWhoHasEnough() {
		CountDownLatch others = new CountDownLatch(1);
		awaitBlocked(block(new Beneficiary(null, "a", "room"), 20), 8);
		awaitBlocked(block(new Beneficiary(null, null, "room"), 4, others), 4);
		AtomicInteger held = block(new Beneficiary(null, "a", "room"), 20);
		CompletableFuture<Void> other = run(new Beneficiary(null, "b", "room"));
		assertThat(run(new Beneficiary(null, "a", "hall"))).isNotDone();
		assertThat(run(new Beneficiary(null, "b", "hall"))).succeedsWithin(PATIENCE);
		assertThat(other).isNotDone();
		others.countDown();
		assertThat(other).succeedsWithin(PATIENCE);
		assertThat(held).hasValue(0);
	}

	@Test
	void runsWhatABlockedTaskWaitsForThoughItsCallerHasEnough() {
		AtomicInteger ended = new AtomicInteger();
		for (int i = 0; i < 8; i++) {
			this.workers.schedule(new Fixed(() -> {
				CompletableFuture<Void> inner = run(new Beneficiary(null, null, "other"));
				inner.join();
				ended.incrementAndGet();
			}, new Beneficiary("ada", "a", "room")));
		}
		Awaitility.await().atMost(PATIENCE).until(() -> ended.get() == 8);
	}

	@Test
	void countsAWorkerNoMoreThatHasEnded() {
		for (int round = 0; round < 5; round++) {
			CountDownLatch end = new CountDownLatch(1);
			awaitBlocked(block(Part.OWNER.named("a"), 8, end), 8);
			end.countDown();
			int all = 8 * (round + 1);
			Awaitility.await().atMost(PATIENCE).until(() -> this.done.get() == all);
		}
	}

	@Test
	void aHookOfReactorDoesNotHideForWhomWorkIsDone() {
		Schedulers.onScheduleHook("shares", (task) -> () -> task.run());
		try {
			awaitBlocked(block(Part.ADDRESS.named("a"), 40), 8);
			assertThat(run(Part.ADDRESS.named("b"))).succeedsWithin(PATIENCE);
		}
		finally {
			Schedulers.resetOnScheduleHook("shares");
		}
	}

	@Test
	void aSchedulerOfSomebodyCountsForIt() {
		Scheduler ofOne = ActorWorkers.share(this.workers, Part.ADDRESS.named("a"));
		AtomicInteger blocked = new AtomicInteger();
		for (int i = 0; i < 40; i++) {
			ofOne.schedule(() -> {
				blocked.incrementAndGet();
				await(this.goOn);
			});
		}
		awaitBlocked(blocked, 8);
		assertThat(run(Part.ADDRESS.named("b"))).succeedsWithin(PATIENCE);
	}

	private AtomicInteger block(Beneficiary beneficiary, int times) {
		return block(beneficiary, times, this.goOn);
	}

	private AtomicInteger block(Beneficiary beneficiary, int times, CountDownLatch until) {
		AtomicInteger blocked = new AtomicInteger();
		for (int i = 0; i < times; i++) {
			this.workers.schedule(new Fixed(() -> {
				blocked.incrementAndGet();
				await(until);
				this.done.incrementAndGet();
			}, beneficiary));
		}
		return blocked;
	}

	/** Several looks at the queue show that no more begin. */
	private static void awaitBlocked(AtomicInteger blocked, int count) {
		Awaitility.await().atMost(PATIENCE).until(() -> blocked.get() == count);
		Awaitility.await().during(Duration.ofMillis(100)).atMost(PATIENCE).until(() -> blocked.get() == count);
	}

	private CompletableFuture<Void> run(Beneficiary beneficiary) {
		CompletableFuture<Void> ran = new CompletableFuture<>();
		this.workers.schedule(new Fixed(() -> ran.complete(null), beneficiary));
		return ran;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
