/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StallChecksTests {

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final StallChecks pulse = new StallChecks(this.timers);

	private final AtomicInteger looks = new AtomicInteger();

	private final AtomicBoolean busy = new AtomicBoolean(true);

	@AfterEach
	void endTimers() {
		this.timers.dispose();
	}

	private boolean look() {
		this.looks.incrementAndGet();
		return this.busy.get();
	}

	@Test
	void looksAtNothingBeforeSomethingBegins() {
		this.pulse.add(this::look);
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.looks).hasValue(0);
	}

	@Test
	void looksAsLongAsThereIsSomething() {
		this.pulse.add(this::look);
		this.pulse.begin();
		this.pulse.begin();
		this.timers.advanceTimeBy(Duration.ofMillis(4));
		assertThat(this.looks).hasValue(0);
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.looks).hasValue(1);
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.looks).hasValue(201);
	}

	@Test
	void restsWhenThereIsNothingForAWhile() {
		this.pulse.add(this::look);
		this.pulse.begin();
		this.busy.set(false);
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		int looksBeforeRest = this.looks.get();
		assertThat(looksBeforeRest).isLessThan(30);
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.looks).hasValue(looksBeforeRest);
		this.pulse.begin();
		this.timers.advanceTimeBy(Duration.ofMillis(5));
		assertThat(this.looks).hasValue(looksBeforeRest + 1);
	}

	/** Found beating, by somebody who begins when it is about to rest. */
	@Test
	void goesOnForWhatBeginsWhenItRests() {
		AtomicInteger left = new AtomicInteger(20);
		AtomicInteger later = new AtomicInteger();
		this.pulse.add(() -> {
			int before = left.getAndDecrement();
			later.addAndGet((before <= 0) ? 1 : 0);
			return before <= 0;
		});
		this.pulse.begin();
		this.timers.advanceTimeBy(Duration.ofMillis(5 * 20));
		assertThat(later).hasValue(1);
		this.timers.advanceTimeBy(Duration.ofMillis(50));
		assertThat(later).hasValue(11);
	}

	@Test
	void goesOnAfterAFailure() {
		Scheduler clock = Schedulers.newSingle("test-timers", true);
		try {
			StallChecks other = new StallChecks(clock);
			other.add(() -> {
				this.looks.incrementAndGet();
				throw new IllegalStateException("look");
			});
			other.begin();
			Awaitility.await().until(() -> this.looks.get() >= 2);
		}
		finally {
			clock.dispose();
		}
	}

	@Test
	void letsTheApplicationEnd() {
		this.timers.dispose();
		assertThatCode(this.pulse::begin).doesNotThrowAnyException();
	}

	/** It would never begin again. */
	@Test
	void beginsAgainAfterItsTimerCouldNotBeSet() {
		AtomicBoolean failing = new AtomicBoolean(true);
		Scheduler failingOnce = new DelegatingScheduler(this.timers) {

			@Override
			public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
				if (failing.getAndSet(false)) {
					throw new OutOfMemoryError("injected");
				}
				return super.schedule(task, delay, unit);
			}

		};
		StallChecks pulse = new StallChecks(failingOnce);
		pulse.add(this::look);
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(pulse::begin);
		pulse.begin();
		this.timers.advanceTimeBy(Duration.ofMillis(10));
		assertThat(this.looks).hasValue(2);
	}

	private static class DelegatingScheduler implements Scheduler {

		private final Scheduler delegate;

		DelegatingScheduler(Scheduler delegate) {
			this.delegate = delegate;
		}

		@Override
		public Disposable schedule(Runnable task) {
			return this.delegate.schedule(task);
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return this.delegate.schedule(task, delay, unit);
		}

		@Override
		public Worker createWorker() {
			return this.delegate.createWorker();
		}

	}

}
