/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.time;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * An executor in a {@link VirtualTime}: a delayed task is passed to the target when its
 * time has come. It has no threads of its own; after its shutdown it ignores what was
 * delayed.
 */
final class VirtualExecutor extends AbstractExecutorService implements ScheduledExecutorService {

	private final VirtualTime time;

	private final Executor target;

	private volatile boolean shutdown;

	VirtualExecutor(VirtualTime time, Executor target) {
		this.time = time;
		this.target = target;
	}

	@Override
	public void execute(Runnable command) {
		this.target.execute(command);
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		DelayedTask<Object> task = new DelayedTask<>(Executors.callable(command));
		return start(task, task::run, unit.toNanos(delay), 0);
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		DelayedTask<V> task = new DelayedTask<>(callable);
		return start(task, task::run, unit.toNanos(delay), 0);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
		DelayedTask<Object> task = new DelayedTask<>(Executors.callable(command));
		return start(task, task::runAndReset, unit.toNanos(initialDelay), unit.toNanos(period));
	}

	/** As at a fixed rate: in virtual time a run takes no time. */
	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		return scheduleAtFixedRate(command, initialDelay, delay, unit);
	}

	private <V> ScheduledFuture<V> start(DelayedTask<V> task, Runnable run, long delay, long period) {
		task.waiting = this.time.add(() -> pass(run), delay, period);
		return task;
	}

	private void pass(Runnable run) {
		if (!this.shutdown) {
			this.target.execute(run);
		}
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
	}

	@Override
	public List<Runnable> shutdownNow() {
		shutdown();
		return List.of();
	}

	@Override
	public boolean isShutdown() {
		return this.shutdown;
	}

	@Override
	public boolean isTerminated() {
		return this.shutdown;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		return this.shutdown;
	}

	/** A task with its place in the time. */
	private final class DelayedTask<V extends @Nullable Object> extends FutureTask<V> implements ScheduledFuture<V> {

		private volatile @Nullable VirtualTask waiting;

		DelayedTask(Callable<V> work) {
			super(work);
		}

		@Override
		public boolean runAndReset() {
			return super.runAndReset();
		}

		@Override
		protected void done() {
			VirtualTask task = this.waiting;
			if (task != null) {
				task.dispose();
			}
		}

		@Override
		public long getDelay(TimeUnit unit) {
			VirtualTask task = this.waiting;
			long left = (task != null) ? task.time() - VirtualExecutor.this.time.elapsed() : 0;
			return unit.convert(left, TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
		}

	}

}
