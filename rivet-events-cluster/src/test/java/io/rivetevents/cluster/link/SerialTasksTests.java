/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * The tasks of one connection.
 */
class SerialTasksTests {

	private static final int THREADS = 4;

	private static final int TASKS = 100_000;

	private final List<String> ran = new ArrayList<>();

	private final List<Throwable> failures = new ArrayList<>();

	private final SerialTasks tasks = new SerialTasks(new ConcurrentLinkedQueue<>(), this.failures::add);

	@Test
	void runsATaskOfATaskAfterIt() {
		this.tasks.execute(() -> {
			this.tasks.execute(() -> this.ran.add("second"));
			this.tasks.execute(() -> this.ran.add("third"));
			this.ran.add("first");
		});
		this.tasks.execute(() -> this.ran.add("fourth"));
		assertThat(this.ran).containsExactly("first", "second", "third", "fourth");
	}

	@Test
	void runsTheNextTaskAfterAFailure() {
		IllegalStateException failure = new IllegalStateException();
		this.tasks.execute(() -> {
			this.tasks.execute(() -> this.ran.add("next"));
			throw failure;
		});
		this.tasks.execute(() -> this.ran.add("last"));
		assertThat(this.ran).containsExactly("next", "last");
		assertThat(this.failures).containsExactly(failure);
	}

	/**
	 * A thread has added its task and not counted it yet, so that the task of another one
	 * still waits when none runs any more. The next task of that one follows it.
	 */
	@Test
	void keepsTheOrderOfAThreadWhileAnotherOneIsLate() throws Exception {
		LateQueue queue = new LateQueue();
		SerialTasks tasks = new SerialTasks(queue, this.failures::add);
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		ExecutorService pool = Executors.newFixedThreadPool(2);
		try {
			Future<?> first = pool.submit(() -> tasks.execute(() -> {
				running.countDown();
				await(end);
			}));
			await(running);
			Future<?> late = pool.submit(() -> {
				queue.late = Thread.currentThread();
				tasks.execute(() -> this.ran.add("late"));
			});
			await(queue.added);
			tasks.execute(() -> this.ran.add("one"));
			end.countDown();
			first.get(10, TimeUnit.SECONDS);
			tasks.execute(() -> this.ran.add("two"));
			queue.counted.countDown();
			late.get(10, TimeUnit.SECONDS);
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(this.ran).containsExactly("late", "one", "two");
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** In which one thread is late after it has added a task. */
	private static final class LateQueue extends ConcurrentLinkedQueue<Runnable> {

		final CountDownLatch added = new CountDownLatch(1);

		final CountDownLatch counted = new CountDownLatch(1);

		volatile @Nullable Thread late;

		@Override
		public boolean add(Runnable task) {
			boolean added = super.add(task);
			if (Thread.currentThread() == this.late) {
				this.added.countDown();
				await(this.counted);
			}
			return added;
		}

	}

	/** What the tasks change is guarded by nothing else. */
	@Test
	void runsTheTasksOfEachThreadInTheirOrderAndOneAtATime() throws Exception {
		int[] last = new int[THREADS];
		CountDownLatch begin = new CountDownLatch(THREADS);
		List<Future<?>> threads = new ArrayList<>();
		ExecutorService pool = Executors.newFixedThreadPool(THREADS);
		try {
			for (int i = 0; i < THREADS; i++) {
				int thread = i;
				threads.add(pool.submit(() -> {
					begin.countDown();
					begin.await();
					for (int number = 1; number <= TASKS; number++) {
						int next = number;
						this.tasks.execute(() -> last[thread] = (last[thread] == next - 1) ? next : fail());
					}
					return null;
				}));
			}
			for (Future<?> thread : threads) {
				thread.get();
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(this.failures).isEmpty();
		assertThat(last).containsOnly(TASKS);
	}

}
