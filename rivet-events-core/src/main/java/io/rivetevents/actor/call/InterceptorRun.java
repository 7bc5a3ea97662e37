/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.error.RivetException;

/**
 * The run of one request through the interceptors, with a time limit. The clock is
 * stopped during the innermost call, which has its own limit. After the timeout the
 * request has been answered, and the innermost call is no longer started.
 */
final class InterceptorRun {

	private final Thread thread = Thread.currentThread();

	private final MonoSink<Object> sink;

	private final InterceptorChain.Limit limit;

	private final Scheduler timers;

	private final Scheduler workers;

	private long remaining;

	private long startedAt;

	private Disposable clock = Disposables.disposed();

	private boolean ticking;

	private boolean over;

	/** Whether the thread of the turn is still within the interceptors. */
	private boolean inside = true;

	/** Returns to a thread on which methods of the actor may run. */
	interface Reentry {

		/**
		 * Returns the same work, started on a worker thread.
		 */
		Mono<Object> onWorker(Mono<Object> last);

	}

	/**
	 * Creates a run on the current thread, which runs the turn.
	 * @param sink receives the result
	 * @param limit time limit for the interceptors
	 * @param timers scheduler for timeouts
	 * @param workers threads for later steps, which may block
	 */
	InterceptorRun(MonoSink<Object> sink, InterceptorChain.Limit limit, Scheduler timers, Scheduler workers) {
		this.sink = sink;
		this.limit = limit;
		this.timers = timers;
		this.workers = workers;
		this.remaining = limit.time().toNanos();
	}

	/** Calls the interceptors on the thread of the turn. */
	void run(Mono<Object> chain) {
		startClock();
		try {
			// the value and the completion are one signal, or they would compete for the
			// workers
			Disposable passing = chain.map(Optional::of)
				.defaultIfEmpty(Optional.empty())
				.subscribe((value) -> deliver(() -> this.sink.success(value.orElse(null))),
						(ex) -> deliver(() -> this.sink.error(ex)));
			this.sink.onDispose(passing); // waiting work is cancelled after the timeout
		}
		finally {
			leave();
		}
	}

	/** Later steps may block, so they continue on a worker. */
	private void deliver(Runnable signal) {
		if (!stopClock()) {
			return; // the request has been answered
		}
		if (isOnTurn()) {
			signal.run();
		}
		else {
			this.workers.schedule(signal);
		}
	}

	/**
	 * Continues with the innermost call.
	 * @param last starts the call
	 * @param reentry returns to a worker thread if an interceptor has switched threads
	 */
	Mono<Object> proceed(Supplier<Mono<Object>> last, Reentry reentry) {
		return Mono.defer(() -> {
			if (!stopClock()) {
				return Mono.error(new RivetException(this.limit.onTimeout()));
			}
			Mono<Object> begun = Mono.defer(last);
			return (isOnTurn() ? begun : reentry.onWorker(begun)).doOnTerminate(this::startClock);
		});
	}

	private synchronized boolean isOnTurn() {
		return this.inside && Thread.currentThread() == this.thread;
	}

	private synchronized void leave() {
		this.inside = false;
		if (this.over) {
			Thread.interrupted(); // it was meant for an interceptor that has returned
		}
	}

	private synchronized void startClock() {
		if (!this.over) {
			this.startedAt = now();
			this.ticking = true;
			this.clock = this.timers.schedule(this::expire, this.remaining, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Stops the clock.
	 * @return whether there is time left
	 */
	private synchronized boolean stopClock() {
		if (this.ticking) {
			this.remaining -= now() - this.startedAt;
			this.ticking = false;
			this.clock.dispose();
		}
		return !this.over;
	}

	private void expire() {
		synchronized (this) {
			if (!this.ticking || this.over) {
				return;
			}
			this.over = true;
			if (this.inside) {
				this.thread.interrupt();
			}
		}
		this.sink.error(new RivetException(this.limit.onTimeout()));
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

}
