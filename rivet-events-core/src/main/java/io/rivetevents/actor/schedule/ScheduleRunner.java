/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

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
	private static final Set<ErrorCode> PASSING = EnumSet.of(ErrorCode.OVERLOADED, ErrorCode.RESTARTING,
			ErrorCode.STOPPED, ErrorCode.DESTROYING, ErrorCode.STATE_UNAVAILABLE, ErrorCode.OUTCOME_UNKNOWN);

	/** Most schedules in memory that run or are to run; the others stay in the store. */
	private static final int MAX_KNOWN = 2000;

	/** Most due schedules of one instance in memory, so that others have room. */
	private static final int MAX_OF_INSTANCE = 100;

	/** Most schedules whose pauses are in memory. */
	private static final int MAX_PAUSES = 10_000;

	/** First pause of a schedule whose instance cannot run it now. */
	private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

	/** Longest of these pauses. */
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

	/** Pause of a schedule whose instance cannot be loaded, or whose actor is missing. */
	private static final Duration LONG_PAUSE = Duration.ofMinutes(1);

	private static final CloseReason NOT_REGISTERED = CloseReason.of(ErrorCode.ACTOR_NOT_REGISTERED);

	private static final CloseReason NOT_FOUND = CloseReason.of(ErrorCode.ACTOR_NOT_FOUND);

	private static final Deque<DueSchedule> NONE = new ArrayDeque<>(0);

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

	/** When each schedule in memory runs: near, waiting or running. */
	private final Map<Key, Instant> known = new HashMap<>();

	/** Schedules that are due, by the id of their instance. */
	private final Map<String, Deque<DueSchedule>> waiting = new HashMap<>();

	/** Ids of the instances with waiting schedules, none of which runs. */
	private final Queue<String> ready = new ArrayDeque<>();

	/** Ids of the instances with a schedule that runs: one at a time, as its turns. */
	private final Set<String> busy = new HashSet<>();

	/** Ids of the instances of which some due schedules are left in the store. */
	private final Set<String> crowded = new HashSet<>();

	/** Schedules that could not be run here; removed some time after their pauses. */
	private final Map<Key, Pause> pauses = new HashMap<>();

	/** Number of runs that have failed. */
	private long failed;

	private @Nullable String lastError;

	private boolean started;

	private @Nullable Disposable ticks;

	/**
	 * A pause in which a schedule is not run.
	 *
	 * @param until its end, in nanoseconds
	 * @param failures number of failures so far
	 */
	private record Pause(long until, int failures) {
	}

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
			this.ready.clear();
			this.known.clear();
			this.crowded.clear();
			this.pauses.clear();
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
		removeOldPauses();
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
			if ((present != null && !due.runAt().isBefore(present)) || isPaused(due)) {
				return true;
			}
			if (present == null && this.known.size() >= MAX_KNOWN) {
				return false;
			}
			if (present == null && this.waiting.getOrDefault(due.actorId(), NONE).size() >= MAX_OF_INSTANCE) {
				this.crowded.add(due.actorId()); // the others come first
				return true;
			}
			this.known.put(Key.of(due), due.runAt());
			if (delay.isNegative() || delay.isZero()) {
				await(due);
			}
			else {
				this.timers.schedule(() -> becomeDue(due), delay.toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		runWaiting();
		return true;
	}

	private void becomeDue(DueSchedule due) {
		synchronized (this.lock) {
			if (!due.runAt().equals(this.known.get(Key.of(due)))) {
				return; // an earlier time has replaced it, or the node stops
			}
			await(due);
		}
		runWaiting();
	}

	private void await(DueSchedule due) {
		Deque<DueSchedule> others = this.waiting.computeIfAbsent(due.actorId(), (id) -> new ArrayDeque<>(1));
		others.add(due);
		if (others.size() == 1 && !this.busy.contains(due.actorId())) {
			this.ready.add(due.actorId());
		}
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
			String actorId = (this.busy.size() < this.settings.maxConcurrent()) ? this.ready.poll() : null;
			Deque<DueSchedule> those = (actorId != null) ? this.waiting.get(actorId) : null;
			if (actorId == null || those == null) {
				return null;
			}
			this.busy.add(actorId);
			DueSchedule next = those.remove();
			if (those.isEmpty()) {
				this.waiting.remove(actorId);
			}
			return next;
		}
	}

	private void run(DueSchedule due) {
		Guarded.defer(() -> this.run.apply(due))
			.map((next) -> new DueSchedule(next, due.actorId(), due.id()))
			.doOnSuccess((next) -> endPause(due))
			.onErrorResume((ex) -> pause(due, ex))
			.subscribeOn(this.workers)
			.singleOptional()
			.subscribe((next) -> ended(due, next.orElse(null)), (ex) -> ended(due, null));
	}

	private void ended(DueSchedule due, @Nullable DueSchedule next) {
		boolean searchesAgain;
		synchronized (this.lock) {
			this.known.remove(Key.of(due), due.runAt());
			this.busy.remove(due.actorId());
			if (this.waiting.containsKey(due.actorId())) {
				this.ready.add(due.actorId());
			}
			searchesAgain = this.started && ((this.left && this.known.size() < MAX_KNOWN / 2)
					|| (this.waiting.getOrDefault(due.actorId(), NONE).size() < MAX_OF_INSTANCE / 2
							&& this.crowded.remove(due.actorId())));
		}
		if (searchesAgain) {
			searchAside();
		}
		if (next != null) {
			stored(next);
		}
		runWaiting();
	}

	// Pauses

	/**
	 * Lets a schedule be run later, because its instance could not run it: otherwise it
	 * would be found by each search. The pause is kept in memory unless the instance
	 * cannot be loaded: other nodes may be able to run it, and a store that fails is not
	 * used.
	 */
	private Mono<DueSchedule> pause(DueSchedule due, Throwable cause) {
		if (cause instanceof OtherNodeException) {
			remember(due, SHORT_PAUSE, SHORT_PAUSE); // this node may have to run it soon
			return Mono.empty();
		}
		CloseReason reason = (cause instanceof RivetException refusal) ? refusal.closeReason() : null;
		boolean passing = reason != null && isPassing(reason);
		if ((passing || NOT_REGISTERED.equals(reason))
				&& remember(due, passing ? SHORT_PAUSE : LONG_PAUSE, passing ? LONGEST_PAUSE : LONG_PAUSE)) {
			return Mono.empty();
		}
		if (!passing && !NOT_FOUND.equals(reason)) {
			noteFailure(cause);
			failures.error(cause,
					() -> "Schedule %s of the actor with the id %s could not be run; it is tried again in a minute"
						.formatted(due.id(), due.actorId()));
		}
		Instant until = this.clock.instant().plus(LONG_PAUSE);
		return Mono.<DueSchedule>fromRunnable(() -> this.store.postpone(due, until)).subscribeOn(this.workers);
	}

	private static boolean isPassing(CloseReason reason) {
		ErrorCode code = (reason.code() == CloseReason.ERROR) ? ErrorCode.ofReason(reason.reason()) : null;
		return code != null && PASSING.contains(code);
	}

	/**
	 * Begins a pause, which doubles with each further failure.
	 * @return whether there is room to remember it
	 */
	private boolean remember(DueSchedule due, Duration first, Duration longest) {
		synchronized (this.lock) {
			long now = now();
			Pause before = this.pauses.remove(Key.of(due));
			if (this.pauses.size() >= MAX_PAUSES) {
				return false;
			}
			int failures = (before != null) ? before.failures() : 0;
			Duration doubled = first.multipliedBy(1L << Math.min(failures, 10));
			Duration pause = (doubled.compareTo(longest) < 0) ? doubled : longest;
			this.pauses.put(Key.of(due), new Pause(now + pause.toNanos(), failures + 1));
			return true;
		}
	}

	private boolean isPaused(DueSchedule due) {
		Pause pause = this.pauses.get(Key.of(due));
		return pause != null && pause.until() - now() > 0;
	}

	/** Removes those that were not tried again, such as those of deleted instances. */
	private void removeOldPauses() {
		synchronized (this.lock) {
			long now = now();
			this.pauses.values().removeIf((pause) -> now - pause.until() > LONG_PAUSE.toNanos());
		}
	}

	private void endPause(DueSchedule due) {
		synchronized (this.lock) {
			this.pauses.remove(Key.of(due));
		}
	}

	/** Returns the schedules in memory. Thread-safe. */
	public ScheduleStatus status() {
		synchronized (this.lock) {
			int waiting = this.waiting.values().stream().mapToInt(Deque::size).sum();
			int running = this.busy.size();
			return new ScheduleStatus(Math.max(0, this.known.size() - waiting - running), waiting, running,
					this.pauses.size(), this.failed, this.lastError);
		}
	}

	/** Counts a run that has failed, or could not begin. Thread-safe. */
	public void noteFailure(Throwable cause) {
		synchronized (this.lock) {
			this.failed++;
			this.lastError = (cause instanceof RivetException known) ? known.group() + "." + known.code()
					: cause.getClass().getName();
		}
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

}
