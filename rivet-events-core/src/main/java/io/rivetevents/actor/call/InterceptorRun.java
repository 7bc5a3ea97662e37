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
 * The way of one message through the interceptors, under a time limit. The clock stands
 * still while what comes last is going on, which has a limit of its own. Once the time is
 * over the message has been answered, and what comes last is not begun any more.
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

	/** Whether the thread of the turn is within the interceptors. */
	private boolean inside = true;

	/** Gets back to where an actor's method may run. */
	interface Reentry {

		/**
		 * Return the same work, begun on a worker.
		 */
		Mono<Object> onWorker(Mono<Object> last);

	}

	/**
	 * Begins a passage on the current thread, that of the turn.
	 * @param sink takes its result
	 * @param limit time for the interceptors
	 * @param timers tell the time and end what takes too long
	 * @param workers where what follows goes on that may block
	 */
	InterceptorRun(MonoSink<Object> sink, InterceptorChain.Limit limit, Scheduler timers, Scheduler workers) {
		this.sink = sink;
		this.limit = limit;
		this.timers = timers;
		this.workers = workers;
		this.remaining = limit.time().toNanos();
	}

	/** Go through the interceptors, on the thread of the turn. */
	void run(Mono<Object> chain) {
		startClock();
		try {
			// a value and the end after it are one signal, or they would race for the
			// workers
			Disposable passing = chain.map(Optional::of)
				.defaultIfEmpty(Optional.empty())
				.subscribe((value) -> deliver(() -> this.sink.success(value.orElse(null))),
						(ex) -> deliver(() -> this.sink.error(ex)));
			this.sink.onDispose(passing); // what waits is cancelled when it is too late
		}
		finally {
			leave();
		}
	}

	/** What follows may block, so it goes on on a worker. */
	private void deliver(Runnable signal) {
		if (!stopClock()) {
			return; // it has been answered
		}
		if (isOnTurn()) {
			signal.run();
		}
		else {
			this.workers.schedule(signal);
		}
	}

	/**
	 * Go on with what comes last.
	 * @param last begins it
	 * @param reentry gets back to a worker, where an interceptor has left it
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
	 * Stop the clock.
	 * @return whether there was still time
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
