/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Workers on real threads, one for each task that runs, so that tasks may block on each
 * other. Counts the tasks. Safe for use by several threads.
 */
public final class CountedWorkers implements Workers, AutoCloseable {

	private static final Log logger = LogFactory.getLog(CountedWorkers.class);

	/**
	 * Time without any progress after which tasks that wait are taken to wait for
	 * something outside. It only delays a test that has such a task.
	 */
	private static final long GRACE_NANOS = Duration.ofMillis(50).toNanos();

	/** Longest time that a task that computes, or reads from a socket, may take. */
	private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

	private static final int FRAMES = 12;

	private static final AtomicInteger threadNumbers = new AtomicInteger();

	private final ExecutorService threads = Executors.newCachedThreadPool(threads());

	/** The tasks that run. Guards itself and the fields below. */
	private final Map<Thread, Group> running = new LinkedHashMap<>();

	/** The tasks of the application. */
	private final Group application = new Group(this);

	/** Number of tasks that are queued or running. */
	private int open;

	/** Number of tasks that have begun or ended. */
	private long progress;

	/**
	 * Tasks that end together.
	 */
	static final class Group {

		private final CountedWorkers workers;

		private final Scheduler scheduler = Schedulers.fromExecutor(this::execute);

		/** Number of tasks that are queued or running. */
		private int open;

		/** Number of times that the work was abandoned. */
		private int generation;

		Group(CountedWorkers workers) {
			this.workers = workers;
		}

		/** Returns the scheduler of its tasks, which may block. */
		Scheduler scheduler() {
			return this.scheduler;
		}

		private void execute(Runnable task) {
			this.workers.execute(this, task);
		}

		/**
		 * Drops the queued tasks, interrupts those that run, and counts neither, as at
		 * the end of a process.
		 */
		void abandon() {
			this.workers.abandon(this);
		}

	}

	private static ThreadFactory threads() {
		return (work) -> {
			Thread thread = new Thread(work, "rivet-test-worker-" + threadNumbers.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

	@Override
	public Scheduler scheduler() {
		return this.application.scheduler();
	}

	/** Returns the tasks of the application itself. */
	Group application() {
		return this.application;
	}

	/** Returns what runs the tasks of another process, which are counted as well. */
	Group group() {
		return new Group(this);
	}

	private void execute(Group group, Runnable task) {
		int queued;
		synchronized (this.running) {
			this.open++;
			group.open++;
			queued = group.generation;
		}
		try {
			this.threads.execute(() -> run(group, task, queued));
		}
		catch (Throwable ex) {
			end(group, queued);
			throw ex;
		}
	}

	private void run(Group group, Runnable task, int queued) {
		if (!begin(group, queued)) {
			return;
		}
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("Unhandled error in a worker task", ex);
		}
		finally {
			end(group, queued);
		}
	}

	private boolean begin(Group group, int queued) {
		synchronized (this.running) {
			if (queued != group.generation) {
				return false;
			}
			this.running.put(Thread.currentThread(), group);
			this.progress++;
			return true;
		}
	}

	private void end(Group group, int queued) {
		synchronized (this.running) {
			if (queued == group.generation) {
				this.running.remove(Thread.currentThread());
				this.open--;
				group.open--;
				this.progress++;
				this.running.notifyAll();
			}
		}
	}

	@Override
	public void settle() {
		synchronized (this.running) {
			long seen = this.progress;
			long since = System.nanoTime();
			while (this.open > 0) {
				pause();
				long now = System.nanoTime();
				if (seen != this.progress) {
					seen = this.progress;
					since = now;
				}
				else if (now - since > (isWaiting() ? GRACE_NANOS : PATIENCE_NANOS)) {
					return;
				}
			}
		}
	}

	private void pause() {
		try {
			this.running.wait(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the workers", ex);
		}
	}

	private boolean isWaiting() {
		return this.open == this.running.size()
				&& this.running.keySet().stream().map(Thread::getState).allMatch((state) -> {
					return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
				});
	}

	/**
	 * Returns what others are at, and a description of each task that runs, with the top
	 * of its stack. Empty only if nothing was at work at one moment: a task that ran
	 * while the others were listed may have begun what the list does not contain.
	 * @param others lists what is at work besides the tasks
	 */
	public List<String> atWork(Supplier<List<String>> others) {
		long before;
		synchronized (this.running) {
			before = this.progress;
		}
		List<String> atWork = new ArrayList<>(others.get());
		synchronized (this.running) {
			this.running.keySet().stream().map(CountedWorkers::describe).forEach(atWork::add);
			if (this.open > this.running.size()) {
				atWork.add("%d tasks that have not begun".formatted(this.open - this.running.size()));
			}
			if (atWork.isEmpty() && before != this.progress) {
				atWork.add("a task that has just ended");
			}
			return atWork;
		}
	}

	private static String describe(Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.limit(FRAMES)
			.map((frame) -> "%n        at %s".formatted(frame))
			.collect(Collectors.joining("", "the thread %s (%s)".formatted(thread.getName(), thread.getState()), ""));
	}

	/**
	 * Drops the queued tasks of the application, interrupts those that run, and counts
	 * neither, as at the end of a process.
	 */
	public void abandon() {
		this.application.abandon();
	}

	private void abandon(Group group) {
		synchronized (this.running) {
			group.generation++;
			this.running.forEach((thread, of) -> {
				if (of == group) {
					thread.interrupt();
				}
			});
			this.running.values().removeIf((of) -> of == group);
			this.open -= group.open;
			group.open = 0;
			this.progress++;
			this.running.notifyAll();
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
