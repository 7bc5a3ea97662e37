/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.state.ActorStateStore;

/**
 * Stands between a node and what survives it: threads, time and store. Once closed, as at
 * the death of a process, the node runs nothing and reaches nothing. Safe for use by
 * several threads.
 */
final class NodeGate {

	private volatile boolean closed;

	/** Ends the node. */
	void close() {
		this.closed = true;
	}

	boolean isClosed() {
		return this.closed;
	}

	/** Returns workers that run tasks of the node until the end of the node. */
	Scheduler workers(Scheduler workers) {
		return Schedulers.fromExecutor((task) -> {
			if (!this.closed) {
				workers.schedule(guard(task));
			}
		});
	}

	/** Returns timers that run tasks of the node until the end of the node. */
	Scheduler timers(Scheduler timers) {
		return new Timers(timers);
	}

	private Runnable guard(Runnable task) {
		return () -> {
			if (!this.closed) {
				task.run();
			}
		};
	}

	/** Returns a store that fails after the end of the node. */
	ActorStateStore store(ActorStateStore store) {
		return (ActorStateStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ActorStateStore.class }, (proxy, method, args) -> {
					if (this.closed) {
						throw new IllegalStateException("This node was killed by the test");
					}
					try {
						return method.invoke(store, args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	/** The timers of the node. */
	private final class Timers implements Scheduler {

		private final Scheduler timers;

		Timers(Scheduler timers) {
			this.timers = timers;
		}

		@Override
		public long now(TimeUnit unit) {
			return this.timers.now(unit);
		}

		@Override
		public Disposable schedule(Runnable task) {
			return this.timers.schedule(guard(task));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return this.timers.schedule(guard(task), delay, unit);
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			Disposable.Swap periodic = Disposables.swap();
			periodic.update(this.timers.schedulePeriodically(() -> {
				if (NodeGate.this.closed) {
					periodic.dispose();
				}
				else {
					task.run();
				}
			}, initialDelay, period, unit));
			return periodic;
		}

		NodeGate gate() {
			return NodeGate.this;
		}

		@Override
		public Worker createWorker() {
			return new TimerWorker(this, this.timers.createWorker());
		}

	}

	/**
	 * Tasks that are disposed together.
	 *
	 * @param owner the timers
	 * @param worker the worker of the timers behind the gate
	 */
	private record TimerWorker(Timers owner, Scheduler.Worker worker) implements Scheduler.Worker {

		@Override
		public Disposable schedule(Runnable task) {
			return this.worker.schedule(guard(task));
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return this.worker.schedule(guard(task), delay, unit);
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			return this.worker.schedulePeriodically(guard(task), initialDelay, period, unit);
		}

		private Runnable guard(Runnable task) {
			return this.owner.gate().guard(task);
		}

		@Override
		public void dispose() {
			this.worker.dispose();
		}

		@Override
		public boolean isDisposed() {
			return this.worker.isDisposed();
		}

	}

}
