/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link VirtualTime}.
 */
class VirtualTimeTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final VirtualTime time = new VirtualTime();

	private final Scheduler timers = this.time.timers();

	private final List<String> ran = new ArrayList<>();

	@Test
	void standsStillUntilItIsAdvanced() {
		assertThat(this.time.clock().instant()).isEqualTo(VirtualTime.START);
		this.time.advance(Duration.ofMinutes(5));
		Instant later = VirtualTime.START.plusSeconds(300);
		assertThat(this.time.now()).isEqualTo(later);
		assertThat(this.time.clock().instant()).isEqualTo(later);
		assertThat(this.timers.now(TimeUnit.MILLISECONDS)).isEqualTo(later.toEpochMilli());
	}

	@Test
	void runsTasksByTimeAndThenByOrder() {
		run("c", 2);
		run("a", 1);
		run("b", 1);
		run("never", 4);
		this.time.advance(SECOND.multipliedBy(3));
		assertThat(this.ran).containsExactly("a@1", "b@1", "c@2");
	}

	@Test
	void runsEachTaskAtItsOwnTime() {
		this.timers.schedule(() -> {
			run("second", 1);
			run("third", 5);
		}, 1, TimeUnit.SECONDS);
		this.time.advance(SECOND.multipliedBy(3));
		assertThat(this.ran).containsExactly("second@2");
		assertThat(this.time.untilNext()).isEqualTo(SECOND.multipliedBy(3));
	}

	@Test
	void runsTasksOfThePresentWhenItIsAdvancedByNothing() {
		this.timers.schedule(() -> this.ran.add("now"));
		assertThat(this.ran).isEmpty();
		assertThat(this.time.untilNext()).isZero();
		this.time.advance(Duration.ZERO);
		assertThat(this.ran).containsExactly("now");
		assertThat(this.time.untilNext()).isNull();
	}

	@Test
	void hasADueTaskUntilItHasRun() {
		this.time.timers().schedule(() -> note("later"), 1, TimeUnit.SECONDS);
		assertThat(this.time.untilNext()).isNotEqualTo(Duration.ZERO);
		this.time.timers().schedule(() -> note("now"));
		assertThat(this.time.untilNext()).isZero();
		this.time.advance(Duration.ZERO);
		assertThat(this.time.untilNext()).isNotEqualTo(Duration.ZERO);
	}

	@Test
	void repeatsPeriodicTasks() {
		Disposable task = this.timers.schedulePeriodically(() -> note("tick"), 1, 2, TimeUnit.SECONDS);
		this.time.advance(SECOND.multipliedBy(5));
		task.dispose();
		this.time.advance(SECOND.multipliedBy(5));
		assertThat(this.ran).containsExactly("tick@1", "tick@3", "tick@5");
	}

	@Test
	void settlesBeforeEachStep() {
		this.time.beforeStep(() -> note("settled"));
		run("a", 1);
		run("b", 2);
		this.time.advance(SECOND.multipliedBy(2));
		assertThat(this.ran).containsExactly("settled@0", "a@1", "settled@1", "b@2", "settled@2");
	}

	@Test
	void waitsBeforeItMovesAndRunsWhatIsLeftFirst() {
		List<String> left = new ArrayList<>(List.of("left", "left too"));
		this.time.beforeMove(() -> {
			note("waited");
			if (!left.isEmpty()) {
				run(left.remove(0), 0);
			}
		});
		run("a", 0);
		run("b", 1);
		this.time.advance(Duration.ZERO);
		assertThat(this.ran).containsExactly("a@0");
		this.time.advance(SECOND);
		assertThat(this.ran).containsExactly("a@0", "waited@0", "left@0", "waited@0", "left too@0", "waited@0", "b@1");
	}

	@Test
	void endsWhereNanosecondsSinceTheEpochEnd() {
		Instant late = Instant.parse("2262-04-11T23:47:16Z");
		VirtualTime time = new VirtualTime(late.minusSeconds(1));
		time.timers().schedulePeriodically(() -> this.ran.add("once"), 1, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
		time.advance(SECOND);
		assertThat(this.ran).containsExactly("once");
		assertThat(time.timers().now(TimeUnit.SECONDS)).isEqualTo(late.getEpochSecond());
		assertThatIllegalArgumentException().isThrownBy(() -> time.advance(SECOND)).withMessageContaining("ends at");
		assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofSeconds(Long.MAX_VALUE)));
		assertThatIllegalArgumentException().isThrownBy(() -> new VirtualTime(Instant.MIN));
		assertThat(time.now()).isEqualTo(late);
	}

	@Test
	void goesOnAfterATaskHasFailed() {
		List<Throwable> failures = new ArrayList<>();
		Thread.currentThread().setUncaughtExceptionHandler((thread, ex) -> failures.add(ex));
		try {
			this.timers.schedule(() -> {
				throw new IllegalStateException("on purpose");
			});
			run("after", 0);
			this.time.advance(Duration.ZERO);
		}
		finally {
			Thread.currentThread().setUncaughtExceptionHandler(null);
		}
		assertThat(this.ran).containsExactly("after@0");
		assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void rejectsAStepBackwards() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.time.advance(SECOND.negated()));
	}

	@Test
	void removesTheTasksOfAWorkerTogether() {
		Scheduler.Worker worker = this.timers.createWorker();
		worker.schedule(() -> note("a"), 1, TimeUnit.SECONDS);
		worker.schedule(() -> note("b"), 2, TimeUnit.SECONDS);
		this.time.advance(SECOND);
		worker.dispose();
		this.time.advance(SECOND.multipliedBy(2));
		assertThat(this.ran).containsExactly("a@1");
	}

	@Test
	void letsOperatorsTimeOut() {
		Mono.never().timeout(SECOND, Mono.just("late"), this.timers).subscribe((value) -> note(value.toString()));
		this.time.advance(SECOND.multipliedBy(2));
		assertThat(this.ran).containsExactly("late@1");
	}

	@Test
	void passesDelayedTasksToAnExecutor() throws Exception {
		List<Runnable> passed = new ArrayList<>();
		ScheduledExecutorService executor = this.time.executor(passed::add);
		Future<?> task = executor.schedule(() -> note("delayed"), 1, TimeUnit.SECONDS);
		Future<?> cancelled = executor.schedule(() -> note("cancelled"), 1, TimeUnit.SECONDS);
		Future<?> repeated = executor.scheduleAtFixedRate(() -> note("repeated"), 1, 1, TimeUnit.SECONDS);
		cancelled.cancel(false);
		executor.execute(() -> note("now"));
		this.time.advance(SECOND.multipliedBy(2));
		assertThat(this.ran).isEmpty();
		passed.forEach(Runnable::run);
		repeated.cancel(false);
		assertThat(this.time.untilNext()).isNull();
		assertThat(this.ran).containsExactly("now@2", "delayed@2", "repeated@2", "repeated@2");
		assertThat(task.get()).isNull();
	}

	private void run(String name, int seconds) {
		this.timers.schedule(() -> note(name), seconds, TimeUnit.SECONDS);
	}

	private void note(String name) {
		this.ran.add(name + "@" + Duration.between(VirtualTime.START, this.time.now()).toSeconds());
	}

}
