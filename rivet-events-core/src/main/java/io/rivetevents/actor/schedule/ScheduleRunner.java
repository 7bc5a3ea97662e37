/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Runs the schedules of all instances when they are due. It searches the store once a
 * second; those that are due within the next second are kept in memory and run at their
 * time. Safe for use by several threads.
 */
public final class ScheduleRunner {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ScheduleRunner.class));

	/** Interval of searches; also how far they look ahead. */
	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private static final int PAGE = 500;

	/** Reasons for which an instance may run a schedule soon. */
	private static final Set<CloseReason> PASSING = Stream
		.of(ErrorCode.OVERLOADED, ErrorCode.RESTARTING, ErrorCode.STOPPED, ErrorCode.DESTROYING,
				ErrorCode.STATE_UNAVAILABLE)
		.map(CloseReason::of)
		.collect(Collectors.toUnmodifiableSet());

	/** Most schedules in memory; the others stay in the store. */
	private static final int MAX_KNOWN = 2000;

	/** Pause of a schedule whose instance cannot run it now. */
	private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

	/** Pause of a schedule whose instance cannot be loaded. */
	private static final Duration LONG_PAUSE = Duration.ofMinutes(1);

	private static final CloseReason NOT_REGISTERED = CloseReason.of(ErrorCode.ACTOR_NOT_REGISTERED);

	private static final CloseReason NOT_FOUND = CloseReason.of(ErrorCode.ACTOR_NOT_FOUND);

	/** Time of a schedule that is ignored: before all others. */
	private static final Instant IGNORED = Instant.MIN;

	private final ActorStateStore store;

	private final Function<DueSchedule, Mono<Instant>> run;

	private final Scheduler timers;

	private final Scheduler workers;

	private final Clock clock;

	private final ScheduleSettings settings;

	/** Number of searches that were requested and have not ended. */
	private final AtomicInteger searches = new AtomicInteger();

	/** Whether the last search has left schedules in the store for lack of room. */
	private volatile boolean left;

	/** Guards the fields after it. */
	private final Object lock = new Object();

	/** When each schedule in memory runs: near, waiting, running or ignored. */
	private final Map<Key, Instant> known = new HashMap<>();

	private final Queue<DueSchedule> waiting = new ArrayDeque<>();

	private int running;

	private boolean started;

	private @Nullable Disposable ticks;

	private record Key(String actorId, String id) {

		static Key of(DueSchedule due) {
			return new Key(due.actorId(), due.id());
		}

	}

	/**
	 * Creates a runner that has not been started.
	 * @param store has the schedules
	 * @param run runs a schedule if it is still due, and returns when it is due again if
	 * that is known
	 * @param timers clock and scheduler of the searches
	 * @param workers threads for the searches, which may block
	 * @param clock source of dates
	 * @param settings settings of the node
	 */
	public ScheduleRunner(ActorStateStore store, Function<DueSchedule, Mono<Instant>> run, Scheduler timers,
			Scheduler workers, Clock clock, ScheduleSettings settings) {
		this.store = store;
		this.run = run;
		this.timers = timers;
		this.workers = workers;
		this.clock = clock;
		this.settings = settings;
	}

	/** Starts to run schedules, if the store keeps any. */
	public void start() {
		synchronized (this.lock) {
			if (!this.started && this.settings.enabled() && this.store.keepsSchedules()) {
				this.started = true;
				this.ticks = this.timers.schedulePeriodically(this::searchAside, 0, INTERVAL.toMillis(),
						TimeUnit.MILLISECONDS);
			}
		}
	}

	/** Starts no more schedules. Those that run continue. */
	public void stop() {
		synchronized (this.lock) {
			this.started = false;
			if (this.ticks != null) {
				this.ticks.dispose();
			}
			this.waiting.clear();
			this.known.clear();
		}
	}

	/** Notes that a schedule has been stored: it may be due before the next search. */
	public void stored(DueSchedule due) {
		if (!due.runAt().isAfter(this.clock.instant().plus(INTERVAL))) {
			add(due);
		}
	}

	// Search

	private void searchAside() {
		if (this.searches.getAndIncrement() == 0) {
			this.workers.schedule(this::searchAll);
		}
	}

	/** Searches until no search has been requested in the meantime. */
	private void searchAll() {
		int requested;
		do {
			requested = this.searches.get();
			try {
				search();
			}
			catch (RuntimeException ex) {
				failures.error(ex, () -> "Due schedules could not be found; will retry");
			}
		}
		while (this.searches.addAndGet(-requested) != 0);
	}

	private void search() {
		this.left = false;
		Instant until = this.clock.instant().plus(INTERVAL);
		DueSchedule last = null;
		List<DueSchedule> page;
		do {
			page = this.store.due(until, last, PAGE);
			for (DueSchedule due : page) {
				if (!add(due)) {
					this.left = true;
					return;
				}
				last = due;
			}
		}
		while (page.size() == PAGE);
	}

	/**
	 * Keeps a schedule in memory until it has run.
	 * @return whether there is room for more
	 */
	private boolean add(DueSchedule due) {
		Duration delay = Duration.between(this.clock.instant(), due.runAt());
		synchronized (this.lock) {
			if (!this.started) {
				return false;
			}
			Instant present = this.known.get(Key.of(due));
			if (present != null && !due.runAt().isBefore(present)) {
				return true;
			}
			if (present == null && this.known.size() >= MAX_KNOWN) {
				return false;
			}
			this.known.put(Key.of(due), due.runAt());
			if (delay.isNegative() || delay.isZero()) {
				this.waiting.add(due);
			}
			else {
				this.timers.schedule(() -> wait(due), delay.toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		runWaiting();
		return true;
	}

	private void wait(DueSchedule due) {
		synchronized (this.lock) {
			if (!due.runAt().equals(this.known.get(Key.of(due)))) {
				return; // an earlier time has replaced it, or the node stops
			}
			this.waiting.add(due);
		}
		runWaiting();
	}

	// Runs

	private void runWaiting() {
		DueSchedule next = takeWaiting();
		while (next != null) {
			run(next);
			next = takeWaiting();
		}
	}

	private @Nullable DueSchedule takeWaiting() {
		synchronized (this.lock) {
			if (this.running >= this.settings.maxConcurrent()) {
				return null;
			}
			DueSchedule next = this.waiting.poll();
			this.running += (next != null) ? 1 : 0;
			return next;
		}
	}

	private void run(DueSchedule due) {
		Guarded.defer(() -> this.run.apply(due))
			.map((next) -> new DueSchedule(next, due.actorId(), due.id()))
			.onErrorResume((ex) -> postpone(due, ex))
			.subscribeOn(this.workers)
			.subscribe((next) -> ended(due, next), (ex) -> ended(due, null), () -> ended(due, null));
	}

	private void ended(DueSchedule due, @Nullable DueSchedule next) {
		boolean searches;
		synchronized (this.lock) {
			this.known.remove(Key.of(due), due.runAt());
			this.running--;
			searches = this.left && this.started && this.waiting.size() < MAX_KNOWN / 2;
		}
		if (searches) {
			searchAside();
		}
		if (next != null) {
			stored(next);
		}
		runWaiting();
	}

	/**
	 * Lets a schedule be found later, because its instance could not run it: otherwise it
	 * would be found by each search.
	 */
	private Mono<DueSchedule> postpone(DueSchedule due, Throwable cause) {
		CloseReason reason = (cause instanceof RivetException refusal) ? refusal.closeReason() : null;
		if (NOT_REGISTERED.equals(reason) && ignore(due)) {
			return Mono.empty();
		}
		boolean passing = reason != null && PASSING.contains(reason);
		if (!passing && !NOT_FOUND.equals(reason)) {
			failures.error(cause,
					() -> "Schedule %s of the actor with the id %s could not be run; it is tried again in a minute"
						.formatted(due.id(), due.actorId()));
		}
		Instant until = this.clock.instant().plus(passing ? SHORT_PAUSE : LONG_PAUSE);
		return Mono.<DueSchedule>fromRunnable(() -> this.store.postpone(due, until)).subscribeOn(this.workers);
	}

	/**
	 * Ignores a schedule for a while without a change in the store, because other nodes
	 * may have its actor.
	 * @return whether there is room to remember it
	 */
	private boolean ignore(DueSchedule due) {
		synchronized (this.lock) {
			if (this.known.size() > MAX_KNOWN / 2) {
				return false;
			}
			this.known.put(Key.of(due), IGNORED);
		}
		this.timers.schedule(() -> {
			synchronized (this.lock) {
				this.known.remove(Key.of(due), IGNORED);
			}
		}, LONG_PAUSE.toNanos(), TimeUnit.NANOSECONDS);
		return true;
	}

}
