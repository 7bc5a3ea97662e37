/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbox.RowHandler.Result;

/**
 * Takes rows that are due, has them handled, and writes the results. One worker at a time
 * uses the database: it is woken by a commit of this node, by a result, and by a timer.
 * It renews the leases of rows that wait or are handled, so that no node takes them
 * meanwhile. A node holds at most {@value #WINDOW} rows, so that their bodies are
 * bounded. Safe for use by several threads.
 */
final class OutboxRunner {

	private static final Log logger = LogFactory.getLog(OutboxRunner.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Most rows that a node has taken and not finished. */
	static final int WINDOW = 100;

	/** Most ids of received events that wait to be deleted; others are sent again. */
	private static final int MAX_RECEIVED = 10_000;

	private final OutboxStore store;

	private final OutboxSettings settings;

	private final Clock clock;

	private final Scheduler timers;

	private final Scheduler workers;

	private final Consumer<Result> counting;

	private final RowHandler handler;

	private final TargetQueues queues = new TargetQueues(this::handle);

	private final AtomicInteger wakes = new AtomicInteger();

	/**
	 * Rows that were taken and are not finished in the database, by id, as they are
	 * there. Only the worker changes it.
	 */
	private final Map<String, OutboxRow> held = new ConcurrentHashMap<>();

	/** Ends when leases are renewed the next time. */
	private volatile Sinks.Empty<Void> renewal = Sinks.empty();

	/** Of rows that are held. */
	private final Queue<Result> results = new ConcurrentLinkedQueue<>();

	/** Ids of events of other nodes; its own lock guards it. */
	private final Set<String> received = new LinkedHashSet<>();

	private volatile boolean running;

	private Disposable polling = Disposables.disposed();

	/**
	 * Creates a runner that is not started.
	 * @param store the table
	 * @param handler handles rows
	 * @param settings intervals
	 * @param time clock, timers and workers
	 * @param counting receives each result, on any thread
	 */
	OutboxRunner(OutboxStore store, RowHandler handler, OutboxSettings settings, StoredOutbox.Time time,
			Consumer<Result> counting) {
		this.store = store;
		this.handler = handler;
		this.settings = settings;
		this.clock = time.clock();
		this.timers = time.timers();
		this.workers = time.workers();
		this.counting = counting;
	}

	/** Starts to take rows. */
	synchronized void start() {
		long interval = Math.min(this.settings.pollInterval().toNanos(), third().toNanos());
		this.running = true;
		this.polling = this.timers.schedulePeriodically(this::wake, 0, interval, TimeUnit.NANOSECONDS);
	}

	/** Of the lease: a lease is renewed when so much of it has passed. */
	private Duration third() {
		return this.settings.lease().dividedBy(3);
	}

	/** Takes no more rows. Those that are handled already end. */
	synchronized void stop() {
		this.running = false;
		this.polling.dispose();
	}

	/** Has a worker look for rows and write results. */
	void wake() {
		if (this.wakes.getAndIncrement() > 0) {
			return;
		}
		try {
			this.workers.schedule(this::work);
		}
		catch (RejectedExecutionException ex) {
			this.wakes.set(0);
			logger.debug("The workers have stopped: another node takes the rows of the outbox", ex);
		}
	}

	/** Has the row of an event deleted that a connection of this node has received. */
	void received(String id) {
		note(id);
		wake();
	}

	private void note(String id) {
		synchronized (this.received) {
			if (this.received.size() < MAX_RECEIVED) {
				this.received.add(id);
			}
		}
	}

	private void work() {
		int seen;
		do {
			seen = this.wakes.get();
			try {
				finish();
				renew();
				take();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "The outbox could not be read or written; this is tried again every "
						+ this.settings.pollInterval());
			}
		}
		while (!this.wakes.compareAndSet(seen, 0));
	}

	/** Before more rows are taken, since the leases may have ended meanwhile. */
	private void renew() {
		Instant now = this.clock.instant();
		Instant until = now.plus(this.settings.lease());
		Instant latest = until.minus(third());
		List<OutboxRow> ending = this.held.values()
			.stream()
			.filter((row) -> !row.leaseUntil().isAfter(latest))
			.toList();
		if (ending.isEmpty()) {
			return;
		}
		Set<String> renewed = this.store.renew(ending, until);
		for (OutboxRow row : ending) {
			this.held.computeIfPresent(row.id(), (id, held) -> renewed.contains(id) ? held.renewed(until) : null);
		}
		Sinks.Empty<Void> waiting = this.renewal;
		this.renewal = Sinks.empty();
		waiting.tryEmitEmpty();
	}

	private void take() {
		int room = WINDOW - this.held.size();
		while (this.running && room > 0) {
			Instant now = this.clock.instant();
			List<OutboxRow> rows = this.store.take(room, now, now.plus(this.settings.lease()));
			List<OutboxRow> added = rows.stream().filter((row) -> this.held.put(row.id(), row) == null).toList();
			added.forEach(this.queues::add);
			if (rows.size() < room) {
				return;
			}
			finish();
			room = WINDOW - this.held.size();
		}
	}

	/**
	 * A row that was taken again since, by another node or by this one, is not handled
	 * here: the take is counted in its attempts. One whose lease has ended, because the
	 * database was away, waits for the renewal, and so do those behind it: they stay in
	 * their order.
	 */
	private Mono<Void> handle(OutboxRow taken) {
		Mono<Void> renewed = this.renewal.asMono(); // before the lease is read
		OutboxRow row = this.held.get(taken.id());
		if (row == null || row.attempts() != taken.attempts()) {
			return Mono.empty();
		}
		Instant now = this.clock.instant();
		if (!this.running) {
			return Mono.fromRunnable(() -> ended(Result.again(row.until(now, row.attempts() - 1))));
		}
		if (!now.isBefore(row.leaseUntil())) {
			return renewed.then(Mono.defer(() -> handle(taken)));
		}
		return this.handler.handle(row).doOnNext(this::ended).then();
	}

	private void ended(Result result) {
		this.counting.accept(result);
		this.results.add(result);
		wake();
	}

	private void finish() {
		List<Result> ended = new ArrayList<>();
		for (Result next = this.results.poll(); next != null; next = this.results.poll()) {
			ended.add(next);
		}
		Set<String> elsewhere = takeReceived();
		Set<String> handled = new LinkedHashSet<>(elsewhere);
		List<OutboxRow.Postponed> postponed = new ArrayList<>();
		for (Result each : ended) {
			OutboxRow row = this.held.get(each.row().id());
			if (each.postponed() == null) {
				handled.add(each.row().id());
			}
			else if (row != null) {
				postponed.add(each.postponed().of(row));
			}
		}
		if (!handled.isEmpty() || !postponed.isEmpty()) {
			try {
				this.store.finish(handled, postponed);
			}
			catch (Throwable ex) {
				this.results.addAll(ended);
				elsewhere.forEach(this::note);
				throw ex;
			}
		}
		ended.forEach((each) -> this.held.remove(each.row().id()));
	}

	private Set<String> takeReceived() {
		synchronized (this.received) {
			Set<String> taken = new LinkedHashSet<>(this.received);
			this.received.clear();
			return taken;
		}
	}

}
