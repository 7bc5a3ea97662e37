/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.answer.IdempotentAnswers;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.StoredInstance;
import io.rivetevents.actor.persistence.UncertainSaveException;
import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;

/**
 * Commits what the turns of one instance change and send: its state, its durable events
 * and its answers in one commit, and sends the events after it. Methods block, and are
 * called in turns of the instance.
 */
public final class TurnCommits {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(TurnCommits.class));

	/**
	 * Number of positions that are reserved at once, so that events without a commit have
	 * positions that are never given again.
	 */
	private static final long BLOCK = 1000;

	/** Most events that are loaded. */
	private static final int MAX_LOADED = 100_000;

	private final EventStream stream;

	private final ActorState state;

	private final StoredInstance stored;

	private final ActorStateStore store;

	private final Events events;

	private final Clock clock;

	private final Runnable onHeld;

	/**
	 * Last position in each part of the history, negative if some events of the part were
	 * sent without a subscription.
	 */
	private Map<String, Long> marks = Map.of();

	private long reserved;

	/**
	 * The schedules that waited for a commit when the turn began, or at its last commit.
	 */
	private InstanceSchedules.Pending schedulesBefore = InstanceSchedules.Pending.NONE;

	private volatile boolean inRun;

	/** Whether the instance has left memory. */
	private volatile boolean closed;

	/** When the stored answers of earlier times in memory have expired. */
	private volatile Instant answersUntil = Instant.MIN;

	/** Whether the history of earlier times in memory has been loaded. */
	private volatile boolean loaded = true;

	/**
	 * The events of an actor.
	 *
	 * @param durable whether any of them is stored before it is sent
	 * @param limits history limits of those without limits of their own
	 * @param own history limits of the others by name
	 * @param droppable names of the events that may be dropped for slow connections
	 */
	public record Events(boolean durable, HistoryLimits limits, Map<String, HistoryLimits> own, Set<String> droppable) {

		/** The events of an actor none of which is stored. */
		public static final Events NONE = new Events(false, HistoryLimits.DEFAULTS, Map.of(), Set.of());

	}

	/**
	 * Creates commits.
	 * @param stream events of the instance
	 * @param state its state
	 * @param stored saves it
	 * @param store where the history is stored
	 * @param events the events of its actor
	 * @param clock source of dates
	 * @param onHeld requests a turn for an event that was sent outside of turns
	 */
	public TurnCommits(EventStream stream, ActorState state, StoredInstance stored, ActorStateStore store,
			Events events, Clock clock, Runnable onHeld) {
		this.stream = stream;
		this.state = state;
		this.stored = stored;
		this.store = store;
		this.events = events;
		this.clock = clock;
		this.onHeld = onHeld;
	}

	// Start

	/**
	 * Reserves positions for an instance that starts. Without durable events its epoch
	 * ends: what it sends from now on is not stored, so no client may be resumed across
	 * it.
	 * @param found its stored form, or the draft of a new instance
	 * @param next the form to save
	 */
	public StoredActor.Builder claim(StoredActor found, StoredActor.Builder next) {
		if (!this.events.durable()) {
			return next.epoch(null);
		}
		String epoch = found.epoch();
		return next.epoch((epoch != null) ? epoch : this.stream.epoch()).reserved(found.reserved() + BLOCK);
	}

	/**
	 * Continues the stream where the claimed instance has ended.
	 * @param tail its end on the node that has released the instance, {@code null} if
	 * there is none
	 * @param limits returns the history limits of the events of a name, {@code null} if
	 * it has none of its own
	 */
	public void begin(@Nullable HandOver tail, Function<String, @Nullable HistoryLimits> limits) {
		begin();
		if (tail != null) {
			this.stream.continueWith(tail, limits);
		}
	}

	/** Returns what another node continues with, once the instance is saved. */
	public HandOver handOver() {
		return this.stream.tail(this.state.stored());
	}

	/** Continues the stream where the claimed instance has ended. */
	public void begin() {
		StoredActor claimed = this.state.stored();
		this.answersUntil = (claimed.version() > 0 && this.store.keepsHistory())
				? this.clock.instant().plusNanos(IdempotentAnswers.MAX_AGE_NANOS) : Instant.MIN;
		String epoch = claimed.epoch();
		if (!this.events.durable() || epoch == null) {
			return;
		}
		long from = claimed.reserved() - BLOCK;
		this.marks = StoredEvents.readMarks(claimed.marks());
		this.reserved = claimed.reserved();
		this.loaded = this.marks.isEmpty();
		this.stream.continueFrom(epoch, from, this.reserved,
				(history) -> history.continueFrom(from, this.events.own(), this.events.droppable()), this.onHeld);
		if (this.loaded) {
			this.stream.restore(this.marks, List.of());
		}
	}

	/** Loads the stored history unless it has been loaded. */
	public void load() {
		if (!this.loaded) {
			int own = this.events.own().values().stream().mapToInt(HistoryLimits::maxEvents).sum();
			int limit = Math.min(this.events.limits().maxEvents() + own, MAX_LOADED);
			Instant now = this.clock.instant();
			List<EventHistory.Restored> restored = this.store.events(this.state.stored().actorId(), limit)
				.stream()
				// later ones are those of a newer copy, which has replaced this one
				.filter((event) -> event.position() <= this.reserved)
				.map((event) -> StoredEvents.read(event, now))
				.toList();
			this.stream.restore(this.marks, restored);
			this.loaded = true;
		}
	}

	/**
	 * Loads the answer to a call that may have been made before the instance was woken.
	 * @param key its key
	 * @param dropped whether answers of this time in memory were dropped from it
	 * @return {@code null} if there is none
	 */
	public @Nullable StoredAnswer answer(String key, boolean dropped) {
		boolean expired = !dropped && !this.clock.instant().isBefore(this.answersUntil);
		return expired ? null : this.store.answer(this.state.stored().actorId(), key);
	}

	// Turns

	/** Notes that a turn begins, which may send durable events. */
	public void beginTurn() {
		this.schedulesBefore = this.state.schedules().pending();
		if (this.events.durable()) {
			this.stream.hold();
		}
	}

	/**
	 * Notes that a run of a schedule begins: what hooks have done in its turn before, at
	 * the start of the instance, is committed without it.
	 */
	public void beginRun() {
		endTurn();
		beginTurn();
		hold();
		this.inRun = true;
	}

	/** Notes the end of a run of a schedule. */
	public void endRun() {
		this.inRun = false;
	}

	/** Returns whether the turn is a run of a schedule, whose commit saves the state. */
	public boolean isInRun() {
		return this.inRun;
	}

	/** Holds back the events of the rest of the turn until the next commit. */
	public void hold() {
		this.stream.hold();
	}

	/**
	 * Begins to commit a method in a transaction of the application, on the thread that
	 * runs it. No other thread saves the instance until {@link JoinedCommit#end}.
	 * @param before the state before the method, {@code null} if it is not known yet
	 */
	public JoinedCommit join(ActorState.@Nullable Mark before) {
		this.stored.enterTransaction();
		try {
			return new JoinedCommit(this, this.stream, this.state, this.stored,
					(before != null) ? before : this.state.mark());
		}
		catch (Throwable ex) {
			this.state.endTransaction(false);
			this.state.leaveTransaction();
			throw ex;
		}
	}

	/**
	 * Commits a method: saves the state if the method is durable, has sent a durable
	 * event or has changed schedules, and sends its events.
	 * @param before the state before the method, to which it returns if the commit fails;
	 * {@code null} if it stays as it is
	 * @param durable whether the state is saved even without a durable event
	 * @param answer the answer to keep, {@code null} if there is none. Without a commit
	 * it is stored with the next save
	 * @throws RuntimeException if the commit has failed; its events are not sent
	 */
	public void commit(ActorState.@Nullable Mark before, boolean durable, @Nullable StoredAnswer answer) {
		EventStream.Batch batch = this.stream.isHolding() ? this.stream.take(false) : null;
		boolean stores = durable || hasNewSchedules() || (batch != null && mustStore(batch));
		if (!stores && answer != null) {
			this.state.keep(answer);
		}
		if (stores) {
			try {
				store(batch, answer);
			}
			catch (Throwable ex) {
				undo(before, batch, ex);
				settle(ex);
				throw (ex instanceof UncertainSaveException uncertain) ? uncertain.ofCommit(answer != null)
						: Guarded.unchecked(ex);
			}
		}
		if (batch != null) {
			this.stream.release(batch);
			release(false);
		}
	}

	/**
	 * Undoes a method that has failed: restores the state and the schedules, and discards
	 * its events.
	 */
	public void undo(ActorState.Mark before, Throwable cause) {
		undo(before, this.stream.isHolding() ? this.stream.take(false) : null, cause);
	}

	private void undo(ActorState.@Nullable Mark before, EventStream.@Nullable Batch batch, Throwable cause) {
		if (batch != null) {
			this.stream.refuseTurn(batch, cause);
		}
		this.state.schedules().restore(this.schedulesBefore);
		if (before != null) {
			this.stored.undo(before);
		}
	}

	/**
	 * Commits a method whose end is in no turn: saves the state if the method is durable.
	 * Its events are sent at the end of their turns.
	 * @throws RivetException with {@code actor.outcome_unknown} if the instance has left
	 * memory: what is not saved is lost
	 */
	public void commitOutsideTurns(boolean durable, @Nullable StoredAnswer answer) {
		if (answer != null) {
			keep(answer);
		}
		if (durable) {
			this.stored.saveNow();
		}
		else if (this.closed) {
			throw new RivetException(ErrorCode.OUTCOME_UNKNOWN);
		}
	}

	/** Stores an answer with the next save. Safe for use by several threads. */
	public void keep(StoredAnswer answer) {
		this.state.keep(answer);
		this.onHeld.run(); // the save becomes due at the end of a turn
	}

	/**
	 * Commits and sends what methods without a commit of their own have sent. Events that
	 * cannot be stored are not sent, and logged; schedules are stored with a later save.
	 */
	public void endTurn() {
		if (this.stream.isHolding()) {
			if (hasNewSchedules()) {
				EventStream.Batch batch = this.stream.take(false);
				release((batch != null) ? batch : EventStream.Batch.EMPTY);
			}
			release(true);
		}
	}

	/** Discards what a turn has sent that is not committed, as after a failed start. */
	public void abandon() {
		if (this.stream.isHolding()) {
			for (EventStream.Batch batch = this.stream.take(true); batch != null; batch = this.stream.take(true)) {
				this.stream.refuse(batch, new RivetException(ErrorCode.STOPPED));
			}
		}
	}

	/**
	 * Saves the instance before it leaves memory. The positions that were reserved and
	 * not used are given back: the next instance continues at the last one, so that no
	 * client takes them for events that were lost. Durable events, and others beyond
	 * that, wait for a commit from now on.
	 * @param now the time in nanoseconds
	 */
	public void saveLast(long now) {
		if (!this.events.durable()) {
			this.state.save(now);
			return;
		}
		long last = this.stream.reserveNoMore();
		this.reserved = last;
		this.state.save(now, (next) -> next.reserved(last));
	}

	/** Discards what was sent and drops the history: the instance leaves memory. */
	public void close() {
		this.closed = true;
		this.stream.close();
	}

	private void release(boolean last) {
		for (EventStream.Batch batch = this.stream.take(last); batch != null; batch = this.stream.take(last)) {
			release(batch);
		}
	}

	private void release(EventStream.Batch batch) {
		try {
			if (mustStore(batch) || hasNewSchedules()) {
				store(batch, null);
			}
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "%d events of %s were not sent because they could not be stored"
				.formatted(batch.events().size(), this.state.stored().address()));
			this.stream.refuse(batch, ex);
			settle(ex);
			return;
		}
		this.stream.release(batch);
	}

	private void settle(Throwable ex) {
		if (ex instanceof UncertainSaveException) {
			settle();
		}
	}

	/** Its positions may have been stored, so nothing may be sent at them. */
	void settle() {
		if (this.stored.settle()) {
			this.schedulesBefore = this.state.schedules().pending();
		}
		else {
			this.stream.close();
		}
	}

	/**
	 * Those of earlier turns wait for the next save, which has a pause after a failure.
	 */
	private boolean hasNewSchedules() {
		return this.state.schedules().pending() != this.schedulesBefore;
	}

	private boolean mustStore(EventStream.Batch batch) {
		return this.events.durable() && (batch.last() > this.reserved
				|| batch.events().stream().anyMatch((held) -> this.stream.isDurable(held.event(), held.own())));
	}

	/**
	 * What is known about the stored instance, besides its state.
	 *
	 * @param marks last position in each part of the history
	 * @param reserved greatest position that may be given without a commit
	 * @param schedules schedules that waited for a commit
	 */
	record Point(Map<String, Long> marks, long reserved, InstanceSchedules.Pending schedules) {
	}

	Point point() {
		return new Point(this.marks, this.reserved, this.schedulesBefore);
	}

	/** Notes that a transaction has committed what was stored. */
	void committed() {
		this.schedulesBefore = this.state.schedules().pending();
	}

	/** Returns to the point before a commit that was rolled back. */
	void reset(Point before) {
		this.schedulesBefore = before.schedules();
		this.state.schedules().restore(before.schedules());
		if (this.events.durable()) {
			this.marks = before.marks();
			this.reserved = before.reserved();
			this.stream.reserve(before.reserved());
		}
	}

	/** Stores the state with events and an answer. */
	void store(EventStream.@Nullable Batch batch, @Nullable StoredAnswer answer) {
		if (answer != null) {
			this.state.keep(answer);
		}
		try {
			if (batch == null || !mustStore(batch)) {
				this.stored.commit(null);
			}
			else {
				load();
				store(batch);
			}
			this.schedulesBefore = this.state.schedules().pending();
		}
		catch (Throwable ex) {
			if (answer != null) {
				this.state.discard(answer);
			}
			throw ex;
		}
	}

	private void store(EventStream.Batch batch) {
		SortedMap<String, Long> marks = new TreeMap<>(this.marks);
		List<StoredEvent> events = events(batch, marks);
		long reserved = Math.max(this.reserved, batch.last() + BLOCK);
		List<Long> trimmed = this.stream.takeTrimmed();
		this.stored.commit(new ActorState.Addition(
				(next) -> next.reserved(reserved).marks(StoredEvents.writeMarks(marks)), events, trimmed));
		this.marks = marks;
		this.reserved = reserved;
		this.stream.reserve(reserved);
	}

	/**
	 * Returns the events to store.
	 * @param marks last position in each part of the history, which is brought up to date
	 */
	private List<StoredEvent> events(EventStream.Batch batch, Map<String, Long> marks) {
		Instant now = this.clock.instant();
		List<StoredEvent> events = new ArrayList<>();
		long position = batch.before();
		for (EventStream.Held held : batch.events()) {
			position++;
			if (this.stream.isDurable(held.event(), held.own())) {
				RecordedEvent recorded = Objects.requireNonNull(held.recorded());
				AddressedEvent event = recorded.event();
				HistoryLimits limits = (held.own() != null) ? held.own() : this.events.limits();
				String part = (held.own() != null) ? event.event() : EventHistory.COMMON;
				long previous = marks.getOrDefault(part, 0L);
				marks.put(part, (previous < 0 || !event.subscribed()) ? -position : position);
				events.add(StoredEvents.write(position, Math.abs(previous), now, now.plus(limits.maxAge()), recorded));
			}
		}
		return events;
	}

}
