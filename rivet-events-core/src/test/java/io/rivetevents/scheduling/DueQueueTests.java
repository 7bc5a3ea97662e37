/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

class DueQueueTests {

	private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final DueQueue queue = new DueQueue(this.timers);

	private final AtomicInteger visits = new AtomicInteger();

	private final DueQueue.Entry entry = this.queue.register((now) -> this.visits.incrementAndGet());

	@BeforeEach
	void start() {
		this.queue.start();
	}

	@AfterEach
	void endTimers() {
		this.timers.dispose();
	}

	private long in(long millis) {
		return this.timers.now(TimeUnit.NANOSECONDS) + millis * MILLISECOND;
	}

	private void advance(long millis) {
		this.timers.advanceTimeBy(Duration.ofMillis(millis));
	}

	@Test
	void visitsOnceWhenSomethingIsDue() {
		this.entry.arm(in(100));
		advance(99);
		assertThat(this.visits).hasValue(0);
		advance(1);
		assertThat(this.visits).hasValue(1);
		advance(10_000);
		assertThat(this.visits).hasValue(1);
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void tellsTheTimeOfTheTimers() {
		List<Long> times = new ArrayList<>();
		DueQueue.Entry other = this.queue.register(times::add);
		advance(5);
		long due = in(100);
		other.arm(due);
		advance(200);
		assertThat(times).containsExactly(due);
	}

	@Test
	void doesNotVisitWhatIsNotDue() {
		AtomicInteger idleVisits = new AtomicInteger();
		for (int i = 0; i < 100_000; i++) {
			this.queue.register((now) -> idleVisits.incrementAndGet()).arm(in(3_600_000 + i));
		}
		this.entry.arm(in(1_000));
		advance(600_000);
		assertThat(this.visits).hasValue(1);
		assertThat(idleVisits).hasValue(0);
		assertThat(this.queue.size()).isEqualTo(100_000);
	}

	@Test
	void sleepsUntilTheEarliestIsDue() {
		CountingTimers counting = new CountingTimers(this.timers);
		DueQueue counted = new DueQueue(counting.scheduler());
		counted.start();
		for (int i = 0; i < 1_000; i++) {
			counted.register((now) -> {
			}).arm(in(60_000));
		}
		advance(59_999);
		assertThat(counting.runs).hasValue(0);
		advance(1);
		assertThat(counting.runs).hasValue(1);
		advance(3_600_000);
		assertThat(counting.runs).hasValue(1);
	}

	@Test
	void sharesAWakeUpAmongThoseThatAreDueTogether() {
		CountingTimers counting = new CountingTimers(this.timers);
		DueQueue counted = new DueQueue(counting.scheduler());
		counted.start();
		for (int i = 0; i < 1_000; i++) {
			counted.register((now) -> this.visits.incrementAndGet()).arm(in(1_000) + i * MILLISECOND);
		}
		advance(2_100);
		assertThat(this.visits).hasValue(1_000);
		assertThat(counting.runs.get()).isBetween(90, 110);
	}

	@Test
	void movesToAnEarlierTime() {
		this.entry.arm(in(10_000));
		this.entry.arm(in(100));
		advance(100);
		assertThat(this.visits).hasValue(1);
		advance(20_000);
		assertThat(this.visits).hasValue(1);
	}

	@Test
	void staysAtTheEarlierTime() {
		this.entry.arm(in(100));
		this.entry.arm(in(10_000));
		advance(100);
		assertThat(this.visits).hasValue(1);
		advance(20_000);
		assertThat(this.visits).hasValue(1);
	}

	@Test
	void canBeArmedWithinTheVisit() {
		DueQueue.Entry[] ticking = new DueQueue.Entry[1];
		ticking[0] = this.queue.register((now) -> {
			this.visits.incrementAndGet();
			ticking[0].arm(now + 1_000 * MILLISECOND);
		});
		ticking[0].arm(in(1_000));
		advance(10_000);
		assertThat(this.visits).hasValue(10);
	}

	@Test
	void pausesWhenAVisitFindsSomethingDueAgainAndAgain() {
		DueQueue.Entry[] greedy = new DueQueue.Entry[1];
		greedy[0] = this.queue.register((now) -> {
			this.visits.incrementAndGet();
			greedy[0].arm(now);
		});
		greedy[0].arm(in(0));
		advance(1_000);
		assertThat(this.visits.get()).isBetween(90, 101);
	}

	@Test
	void visitsNothingThatHasBeenRemoved() {
		this.entry.arm(in(100));
		this.entry.remove();
		assertThat(this.queue.size()).isZero();
		this.entry.arm(in(100));
		assertThat(this.queue.size()).isZero();
		advance(1_000);
		assertThat(this.visits).hasValue(0);
	}

	@Test
	void visitsNothingThatIsRemovedByTheVisitBefore() {
		this.queue.register((now) -> this.entry.remove()).arm(in(100));
		this.entry.arm(in(100));
		advance(1_000);
		assertThat(this.visits).hasValue(0);
	}

	@Test
	void holdsOneEntryForEachHoweverOftenItIsArmed() {
		List<DueQueue.Entry> entries = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			entries.add(this.queue.register((now) -> this.visits.incrementAndGet()));
		}
		for (int time = 100_000; time > 99_900; time--) {
			long due = in(time);
			entries.forEach((each) -> each.arm(due));
		}
		assertThat(this.queue.size()).isEqualTo(1_000);
		assertThat(this.timers.getScheduledTaskCount()).isLessThanOrEqualTo(100);
		entries.forEach(DueQueue.Entry::remove);
		assertThat(this.queue.size()).isZero();
	}

	@Test
	void visitsEachOnceWhenTheClockJumps() {
		for (int i = 0; i < 1_000; i++) {
			this.queue.register((now) -> this.visits.incrementAndGet()).arm(in(i * 60_000L));
		}
		this.timers.advanceTimeBy(Duration.ofDays(365));
		assertThat(this.visits).hasValue(1_000);
	}

	@Test
	void visitsWhatHasBeenDueForLong() {
		advance(10_000);
		this.entry.arm(in(-9_000));
		advance(10);
		assertThat(this.visits).hasValue(1);
	}

	@Test
	void takesATimeOutOfRangeForOneThatNeverComes() {
		advance(1_000);
		this.entry.arm(in(1_000) + Long.MAX_VALUE);
		assertThat(this.queue.size()).isZero();
		this.timers.advanceTimeBy(Duration.ofDays(365));
		assertThat(this.visits).hasValue(0);
		this.entry.arm(in(100));
		advance(100);
		assertThat(this.visits).hasValue(1);
	}

	@Test
	void goesOnAfterAVisitThatFails() {
		AtomicInteger failed = new AtomicInteger();
		this.queue.register((now) -> {
			failed.incrementAndGet();
			throw new IllegalStateException("on purpose");
		}).arm(in(100));
		this.entry.arm(in(100));
		advance(100);
		assertThat(this.visits).hasValue(1);
		advance(999);
		assertThat(failed).hasValue(1);
		advance(1);
		assertThat(failed).hasValue(2);
	}

	@Test
	void visitsNothingWhileItIsStopped() {
		this.entry.arm(in(100));
		this.queue.stop();
		advance(1_000);
		assertThat(this.visits).hasValue(0);
		this.queue.start();
		advance(10);
		assertThat(this.visits).hasValue(1);
	}

	@Test
	void canBeArmedWhenTheTimersHaveEnded() {
		Scheduler ended = Schedulers.newSingle("due-queue-tests");
		DueQueue late = new DueQueue(ended);
		late.start();
		ended.dispose();
		assertThatCode(() -> late.register((now) -> {
		}).arm(0)).doesNotThrowAnyException();
	}

	/** Each thread promises visits at random times, and takes note of those it gets. */
	@Test
	void losesNothingThatSeveralThreadsArm() throws InterruptedException {
		Scheduler realTimers = Schedulers.newSingle("due-queue-tests", true);
		try {
			DueQueue busy = new DueQueue(realTimers);
			busy.start();
			List<Promise> promises = new ArrayList<>();
			for (int i = 0; i < 50; i++) {
				promises.add(new Promise(busy, realTimers));
			}
			CountDownLatch ended = new CountDownLatch(4);
			for (int i = 0; i < 4; i++) {
				new Thread(() -> {
					for (int n = 0; n < 50_000; n++) {
						promises.get(ThreadLocalRandom.current().nextInt(promises.size())).make();
					}
					ended.countDown();
				}).start();
			}
			assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
			Awaitility.await().until(() -> promises.stream().allMatch(Promise::isKept));
			assertThat(busy.size()).isZero();
		}
		finally {
			realTimers.dispose();
		}
	}

	/** Something that is due at the earliest time that was promised. */
	private static final class Promise {

		private static final long NONE = Long.MAX_VALUE;

		private final AtomicLong due = new AtomicLong(NONE);

		private final Scheduler timers;

		private final DueQueue.Entry entry;

		Promise(DueQueue queue, Scheduler timers) {
			this.timers = timers;
			this.entry = queue.register(this::visit);
		}

		void make() {
			long time = this.timers.now(TimeUnit.NANOSECONDS) + ThreadLocalRandom.current().nextLong(20 * MILLISECOND);
			this.due.accumulateAndGet(time, Math::min);
			this.entry.arm(time);
		}

		private void visit(long now) {
			long time = this.due.get();
			if (time <= now) {
				this.due.compareAndSet(time, NONE);
			}
			long next = this.due.get();
			if (next != NONE) {
				this.entry.arm(next);
			}
		}

		boolean isKept() {
			return this.due.get() == NONE;
		}

	}

	/** Counts how often the timers do something. */
	private static final class CountingTimers {

		private final AtomicInteger runs = new AtomicInteger();

		private final VirtualTimeScheduler timers;

		CountingTimers(VirtualTimeScheduler timers) {
			this.timers = timers;
		}

		Scheduler scheduler() {
			return new Scheduler() {

				@Override
				public Disposable schedule(Runnable task) {
					return CountingTimers.this.timers.schedule(task);
				}

				@Override
				public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
					return CountingTimers.this.timers.schedule(() -> {
						CountingTimers.this.runs.incrementAndGet();
						task.run();
					}, delay, unit);
				}

				@Override
				public long now(TimeUnit unit) {
					return CountingTimers.this.timers.now(unit);
				}

				@Override
				public Worker createWorker() {
					return CountingTimers.this.timers.createWorker();
				}

			};
		}

	}

}
