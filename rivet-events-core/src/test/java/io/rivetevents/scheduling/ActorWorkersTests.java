/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ActorWorkersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

	private final Scheduler timers = Schedulers.newSingle("test-timers", true);

	private final WakeupBatches bursts = new WakeupBatches(this.timers);

	private final List<ActorWorkers> created = new ArrayList<>();

	/** Threads that tasks have run on. */
	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final CountDownLatch goOn = new CountDownLatch(1);

	@AfterEach
	void letGo() {
		this.goOn.countDown();
		this.created.forEach(ActorWorkers::dispose);
		this.timers.dispose();
	}

	@Test
	void inheritsNothingFromTheThreadThatStartsOne() throws Exception {
		InheritableThreadLocal<String> caller = new InheritableThreadLocal<>();
		caller.set("ada");
		try {
			CompletableFuture<String> seen = new CompletableFuture<>();
			workers(1).schedule(() -> seen.complete(String.valueOf(caller.get())));
			assertThat(seen.get(5, TimeUnit.SECONDS)).isEqualTo("null");
		}
		finally {
			caller.remove();
		}
	}

	/** Whoever starts it has another, or none in later versions of Java. */
	@Test
	void hasTheClassLoaderOfTheApplication() throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		ClassLoader ofApplication = new ClassLoader(before) {
		};
		try {
			Thread.currentThread().setContextClassLoader(ofApplication);
			ActorWorkers workers = workers(1);
			Thread.currentThread().setContextClassLoader(new ClassLoader(before) {
			});
			CompletableFuture<ClassLoader> seen = new CompletableFuture<>();
			workers.schedule(() -> seen.complete(Thread.currentThread().getContextClassLoader()));
			assertThat(seen.get(5, TimeUnit.SECONDS)).isSameAs(ofApplication);
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	@Test
	void runsTasksInTheirOrder() {
		ActorWorkers workers = workers(1);
		List<Integer> seen = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 500; i++) {
			int number = i;
			workers.schedule(() -> {
				this.threads.add(Thread.currentThread());
				seen.add(number);
			});
		}
		Awaitility.await().atMost(PATIENCE).until(() -> seen.size() == 500);
		assertThat(seen).isSorted();
		assertThat(this.threads).singleElement()
			.satisfies((thread) -> assertThat(thread.getName()).isEqualTo("rivet-worker-1"))
			.satisfies((thread) -> assertThat(thread.isDaemon()).isTrue());
	}

	@Test
	void runsOthersWhileAllButOneBlock() {
		ActorWorkers workers = workers(8);
		AtomicInteger blocked = new AtomicInteger();
		for (int i = 0; i < 7; i++) {
			workers.schedule(() -> {
				blocked.incrementAndGet();
				await(this.goOn);
			});
		}
		CompletableFuture<Thread> other = new CompletableFuture<>();
		workers.schedule(() -> other.complete(Thread.currentThread()));
		assertThat(other).succeedsWithin(PATIENCE);
		Awaitility.await().atMost(PATIENCE).until(() -> blocked.get() == 7);
	}

	/**
	 * Workers that take tasks at the same time count one another. A pause between the
	 * check and the taking makes one run of twenty fail if they do not.
	 */
	@RepeatedTest(100)
	void leavesHalfOfTheWorkersToOthers() {
		ActorWorkers workers = workers(8);
		Scheduler ofUser = ActorWorkers.share(workers, new SharedWork.Beneficiary("ada", null, null));
		AtomicInteger blocked = new AtomicInteger();
		Runnable blocking = () -> {
			blocked.incrementAndGet();
			await(this.goOn);
		};
		for (int i = 0; i < 8; i++) {
			// from a worker: each task that blocks starts one more worker at once
			workers.schedule(() -> {
				ofUser.schedule(blocking);
				ofUser.schedule(blocking);
			});
		}
		Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> blocked.get() >= 4);
		CompletableFuture<Thread> other = new CompletableFuture<>();
		workers.schedule(() -> other.complete(Thread.currentThread()));
		assertThat(other).succeedsWithin(PATIENCE);
		assertThat(blocked).hasValue(4);
	}

	@Test
	void runsWhatATaskWaitsFor() {
		ActorWorkers workers = workers(2);
		CompletableFuture<String> outcome = new CompletableFuture<>();
		workers.schedule(() -> {
			CompletableFuture<String> inner = new CompletableFuture<>();
			workers.schedule(() -> inner.complete("inner"));
			outcome.complete(inner.join());
		});
		assertThat(outcome).succeedsWithin(PATIENCE).isEqualTo("inner");
	}

	@Test
	void runsWhatManyTasksWaitFor() {
		ActorWorkers workers = workers(16);
		AtomicInteger done = new AtomicInteger();
		for (int i = 0; i < 8; i++) {
			workers.schedule(() -> {
				CompletableFuture<Void> inner = new CompletableFuture<>();
				workers.schedule(() -> inner.complete(null));
				inner.join();
				done.incrementAndGet();
			});
		}
		Awaitility.await().atMost(PATIENCE).until(() -> done.get() == 8);
	}

	@Test
	void startsNoMoreThreadsThanItMay() {
		ActorWorkers workers = workers(3);
		AtomicInteger now = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger done = new AtomicInteger();
		for (int i = 0; i < 12; i++) {
			workers.schedule(() -> {
				this.threads.add(Thread.currentThread());
				most.accumulateAndGet(now.incrementAndGet(), Math::max);
				await(this.goOn);
				now.decrementAndGet();
				done.incrementAndGet();
			});
		}
		Awaitility.await().atMost(PATIENCE).until(() -> now.get() == 3);
		// several looks at the queue, which does not move
		Awaitility.await().during(Duration.ofMillis(200)).atMost(PATIENCE).until(() -> now.get() == 3);
		this.goOn.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> done.get() == 12);
		assertThat(most).hasValue(3);
		assertThat(this.threads).hasSize(3).allMatch((thread) -> thread.getName().startsWith("rivet-worker-"));
	}

	@Test
	void startsNoMoreThanThereAreProcessorsForWhatIsShort() {
		ActorWorkers workers = workers(PROCESSORS + 30);
		AtomicInteger done = new AtomicInteger();
		for (int i = 0; i < 2_000; i++) {
			workers.schedule(() -> {
				this.threads.add(Thread.currentThread());
				done.incrementAndGet();
			});
		}
		Awaitility.await().atMost(PATIENCE).until(() -> done.get() == 2_000);
		// a machine that is slow may look like one that waits, now and then
		assertThat(this.threads).hasSizeLessThan(PROCESSORS + 15);
	}

	@Test
	void goesOnAfterAFailure() {
		ActorWorkers workers = workers(1);
		CompletableFuture<Thread> before = new CompletableFuture<>();
		CompletableFuture<Thread> after = new CompletableFuture<>();
		workers.schedule(() -> {
			before.complete(Thread.currentThread());
			throw new IllegalStateException("task");
		});
		workers.schedule(() -> after.complete(Thread.currentThread()));
		assertThat(after).succeedsWithin(PATIENCE).isSameAs(before.join());
	}

	@Test
	void getsOnWhileTasksCompute() {
		ActorWorkers workers = workers(PROCESSORS + 3);
		AtomicInteger busy = new AtomicInteger();
		for (int i = 0; i < PROCESSORS + 1; i++) {
			workers.schedule(() -> {
				busy.incrementAndGet();
				spinUntil(this.goOn);
			});
		}
		CompletableFuture<Thread> other = new CompletableFuture<>();
		workers.schedule(() -> other.complete(Thread.currentThread()));
		assertThat(other).succeedsWithin(PATIENCE);
		Awaitility.await().atMost(PATIENCE).until(() -> busy.get() == PROCESSORS + 1);
	}

	/**
	 * All threads are there and compute, more than may run, when one of them puts in what
	 * it will wait for. The next that is done goes to sleep; then those that are left
	 * wait.
	 */
	@Test
	void getsOnWhenThoseThatAreLeftWait() {
		int threads = PROCESSORS + 2;
		ActorWorkers workers = workers(threads);
		CountDownLatch allRun = new CountDownLatch(1);
		CountDownLatch handedIn = new CountDownLatch(1);
		CountDownLatch firstEnds = new CountDownLatch(1);
		CountDownLatch othersWait = new CountDownLatch(1);
		AtomicInteger running = new AtomicInteger();
		CompletableFuture<String> inner = new CompletableFuture<>();
		startAndWait(workers, () -> {
			await(allRun);
			running.incrementAndGet();
			spinUntil(firstEnds);
		});
		Thread first = this.threads.iterator().next();
		startAndWait(workers, () -> {
			await(allRun);
			running.incrementAndGet();
			spinUntil(handedIn);
			workers.schedule(() -> inner.complete("inner"));
			running.incrementAndGet();
			spinUntil(othersWait);
			inner.join();
		});
		for (int i = 2; i < threads; i++) {
			startAndWait(workers, () -> {
				await(allRun);
				running.incrementAndGet();
				spinUntil(othersWait);
				await(this.goOn);
			});
		}
		allRun.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> running.get() == threads);
		handedIn.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> running.get() == threads + 1);
		firstEnds.countDown();
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> inner.isDone() || first.getState() == Thread.State.TIMED_WAITING);
		othersWait.countDown();
		assertThat(inner).succeedsWithin(Duration.ofSeconds(10));
	}

	@Test
	void rejectsWhatComesAfterItsEnd() {
		ActorWorkers workers = workers(2);
		assertThat(workers.isDisposed()).isFalse();
		workers.dispose();
		assertThat(workers.isDisposed()).isTrue();
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> workers.schedule(() -> {
		}));
	}

	@Test
	void runsWhatWasThereBeforeItsEnd() {
		ActorWorkers workers = workers(1);
		CompletableFuture<Void> last = new CompletableFuture<>();
		workers.schedule(() -> await(this.goOn));
		workers.schedule(() -> last.complete(null));
		workers.dispose();
		this.goOn.countDown();
		assertThat(last).succeedsWithin(PATIENCE);
	}

	@Test
	void endsThreadsThatAreIdle() {
		ActorWorkers workers = workers(2);
		Thread thread = startOne(workers, () -> {
		});
		Awaitility.await().atMost(PATIENCE).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		workers.dispose();
		Awaitility.await().atMost(PATIENCE).until(() -> !thread.isAlive());
	}

	@Test
	void endsThreadsThatWereAtWork() {
		ActorWorkers workers = workers(2);
		Thread thread = startOne(workers, () -> await(this.goOn));
		workers.dispose();
		this.goOn.countDown();
		Awaitility.await().atMost(PATIENCE).until(() -> !thread.isAlive());
	}

	private ActorWorkers workers(int maxThreads) {
		ActorWorkers workers = new ActorWorkers(maxThreads, this.bursts);
		this.created.add(workers);
		return workers;
	}

	private static Thread startOne(ActorWorkers workers, Runnable task) {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		workers.schedule(() -> {
			thread.complete(Thread.currentThread());
			task.run();
		});
		return thread.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	/** Start a task that first waits. */
	private void startAndWait(ActorWorkers workers, Runnable task) {
		Thread thread = startOne(workers, task);
		this.threads.add(thread);
		Awaitility.await().atMost(PATIENCE).until(() -> thread.getState() == Thread.State.WAITING);
	}

	private static void spinUntil(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			Thread.onSpinWait();
		}
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
