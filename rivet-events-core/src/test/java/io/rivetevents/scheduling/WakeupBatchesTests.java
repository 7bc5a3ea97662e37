/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class WakeupBatchesTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	/** Stands still, unless a test moves it. */
	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final WakeupBatches bursts = new WakeupBatches(this.timers);

	private final Sleeper sleeper = new Sleeper();

	private final Sleeper other = new Sleeper();

	private final CountDownLatch goOn = new CountDownLatch(1);

	@AfterEach
	void letGo() {
		this.goOn.countDown();
		this.timers.dispose();
	}

	@Test
	void wakesEachOnceAtTheEnd() {
		this.bursts.run(() -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			WakeupBatches.wakeAtEnd(this.other);
			WakeupBatches.wakeAtEnd(this.sleeper);
			assertThat(this.sleeper).hasValue(0);
			assertThat(this.other).hasValue(0);
		});
		assertThat(this.sleeper).hasValue(1);
		assertThat(this.other).hasValue(1);
	}

	@Test
	void wakesAgainInTheNextBurst() {
		this.bursts.run(() -> WakeupBatches.wakeAtEnd(this.sleeper));
		this.bursts.run(() -> WakeupBatches.wakeAtEnd(this.sleeper));
		assertThat(this.sleeper).hasValue(2);
	}

	@Test
	void wakesWhenTheWorkFails() {
		assertThatIllegalStateException().isThrownBy(() -> this.bursts.run(() -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			throw new IllegalStateException("work");
		}));
		assertThat(this.sleeper).hasValue(1);
		WakeupBatches.wakeAtEnd(this.sleeper);
		assertThat(this.sleeper).hasValue(2);
	}

	@Test
	void wakesAtOnceOutside() {
		WakeupBatches.wakeAtEnd(this.sleeper);
		assertThat(this.sleeper).hasValue(1);
		this.bursts.run(() -> {
		});
		WakeupBatches.wakeAtEnd(this.sleeper);
		assertThat(this.sleeper).hasValue(2);
	}

	@Test
	void joinsTheOneThatItIsIn() {
		this.bursts.run(() -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			this.bursts.run(() -> {
				WakeupBatches.wakeAtEnd(this.sleeper);
				WakeupBatches.wakeAtEnd(this.other);
			});
			assertThat(this.sleeper).hasValue(0);
			assertThat(this.other).hasValue(0);
		});
		assertThat(this.sleeper).hasValue(1);
		assertThat(this.other).hasValue(1);
	}

	@Test
	void wakesNowWhoHasBeenWaiting() {
		WakeupBatches.wakeNow(); // outside it has no effect
		this.bursts.run(() -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			WakeupBatches.wakeNow();
			assertThat(this.sleeper).hasValue(1);
			WakeupBatches.wakeAtEnd(this.sleeper);
			assertThat(this.sleeper).hasValue(1);
		});
		assertThat(this.sleeper).hasValue(2);
	}

	@Test
	void endsWhatHasBegunWhenTheThreadGetsThere() {
		Queue<Runnable> later = new ArrayDeque<>();
		this.bursts.begin(later::add);
		this.bursts.begin(later::add);
		this.bursts.run(() -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			this.bursts.begin(later::add);
		});
		WakeupBatches.wakeAtEnd(this.sleeper);
		assertThat(later).hasSize(1);
		assertThat(this.sleeper).hasValue(0);
		later.remove().run();
		assertThat(this.sleeper).hasValue(1);
		WakeupBatches.wakeAtEnd(this.sleeper);
		assertThat(this.sleeper).hasValue(2);
	}

	@Test
	void wakesWhileTheThreadWaits() {
		Thread thread = start(this.bursts, () -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			await(this.goOn);
		});
		Awaitility.await().atMost(PATIENCE).until(() -> thread.getState() == Thread.State.WAITING);
		assertThat(this.sleeper).hasValue(0);
		this.timers.advanceTimeBy(Duration.ofMillis(5));
		assertThat(this.sleeper).hasValue(1);
		this.goOn.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> !thread.isAlive());
		assertThat(this.sleeper).hasValue(1);
	}

	@Test
	void wakesEachTimeTheThreadWaits() {
		CountDownLatch first = new CountDownLatch(1);
		Thread thread = start(this.bursts, () -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			await(first);
			WakeupBatches.wakeAtEnd(this.other);
			await(this.goOn);
		});
		Awaitility.await().atMost(PATIENCE).until(() -> thread.getState() == Thread.State.WAITING);
		this.timers.advanceTimeBy(Duration.ofMillis(5));
		assertThat(this.sleeper).hasValue(1);
		first.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> {
			this.timers.advanceTimeBy(Duration.ofMillis(5));
			return this.other.get() == 1;
		});
		assertThat(thread.isAlive()).isTrue();
		assertThat(this.sleeper).hasValue(1);
	}

	@Test
	void wakesWhileTheThreadComputesForLong() {
		Scheduler clock = Schedulers.newSingle("test-timers", true);
		Thread thread = start(new WakeupBatches(clock), () -> {
			WakeupBatches.wakeAtEnd(this.sleeper);
			while (this.goOn.getCount() > 0) {
				Thread.onSpinWait();
			}
		});
		try {
			Awaitility.await().atMost(PATIENCE).until(() -> this.sleeper.get() == 1);
			assertThat(thread.isAlive()).isTrue();
		}
		finally {
			clock.dispose();
		}
	}

	/**
	 * The thread adds somebody at the very moment when another one has taken out those
	 * who wait, and then waits itself.
	 */
	@Test
	void wakesWhoComesWhileOthersAreWoken() {
		Scheduler clock = Schedulers.newSingle("test-timers", true);
		try {
			for (int i = 0; i < 40; i++) {
				Sleeper fresh = new Sleeper();
				CountDownLatch end = new CountDownLatch(1);
				Thread thread = start(new WakeupBatches(clock), () -> {
					while (fresh.get() == 0) {
						WakeupBatches.wakeAtEnd(fresh);
					}
					WakeupBatches.wakeAtEnd(fresh);
					await(end);
				});
				Awaitility.await()
					.pollInterval(Duration.ofMillis(5))
					.atMost(Duration.ofSeconds(5))
					.until(() -> fresh.get() >= 2);
				end.countDown();
				Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).until(() -> !thread.isAlive());
			}
		}
		finally {
			clock.dispose();
		}
	}

	private static Thread start(WakeupBatches bursts, Runnable work) {
		Thread thread = new Thread(() -> bursts.run(work), "test-burst");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Counts how often it is woken. */
	private static final class Sleeper extends AtomicInteger implements Wakeable {

		@Override
		public void wake() {
			incrementAndGet();
		}

	}

	@Test
	void wakesTheOthersWhateverOneThrows() {
		WakeupBatches bursts = new WakeupBatches(VirtualTimeScheduler.create());
		List<String> woken = new ArrayList<>();
		bursts.run(() -> {
			WakeupBatches.wakeAtEnd(() -> woken.add("a"));
			WakeupBatches.wakeAtEnd(() -> {
				throw new OutOfMemoryError("injected");
			});
			WakeupBatches.wakeAtEnd(() -> woken.add("b"));
		});
		assertThat(woken).containsExactly("a", "b");
	}

	/** Else the thread would be in it for ever, and wake nobody at once. */
	@Test
	void leavesAStretchThatCouldNotBegin() {
		WakeupBatches bursts = new WakeupBatches(VirtualTimeScheduler.create());
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> bursts.begin((task) -> {
			throw new RejectedExecutionException("injected");
		}));
		List<String> woken = new ArrayList<>();
		WakeupBatches.wakeAtEnd(() -> woken.add("a"));
		assertThat(woken).containsExactly("a");
	}

}
