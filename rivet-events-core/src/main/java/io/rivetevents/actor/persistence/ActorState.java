/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.DueQueue;

/**
 * The state of one instance: the object that its methods change, and its stored form.
 * Reading the object counts as a possible change and makes a save due; the save writes
 * nothing if the state is unchanged. The save stays due until it succeeds.
 */
public final class ActorState {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActorState.class));

	private static final long CLEAN = -1;

	/**
	 * Delay after a failed save, in nanoseconds; it doubles with each further failure.
	 */
	private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();

	private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();

	private final ActorStateStore store;

	private final ValueMapper mapper;

	private final StateFormat format;

	private final @Nullable DeclaredType type;

	private final BiConsumer<StoredActor, StoredActor> onChange;

	private final DueQueue.Entry due;

	private final Clock clock;

	private final int maxSize;

	/**
	 * Separates the save of a turn from the save of an interleaved action. A transaction
	 * of the application holds it while its action runs.
	 */
	private final ReentrantLock saving = new ReentrantLock();

	/** Saves that may be stored although they have failed. */
	private final UncertainSaves uncertain = new UncertainSaves();

	/** Answers to store with the next save. */
	private final PendingAnswers answers = new PendingAnswers();

	private final InstanceSchedules schedules;

	private final ConnectionRows connections = new ConnectionRows();

	/** Whether the changes are written in a transaction of the application. */
	private boolean inTransaction;

	/** What follows from the commit of that transaction. */
	private @Nullable Runnable onCommit;

	private @Nullable Object value;

	private volatile @Nullable StoredActor stored;

	/** Whether something has been used since the last save that a save would store. */
	private volatile boolean touched;

	/** Whether the value has been used in the turn, and perhaps saved since. */
	private volatile boolean used;

	/** Whether the state has been compared with the form that would be loaded. */
	private boolean compared;

	private byte @Nullable [] seen;

	private volatile long dirtySince = CLEAN;

	/** Number of failed saves since the last successful one. */
	private volatile int failedSaves;

	private volatile long retryAt;

	/** Whether the store has failed since it last stored something. */
	private volatile boolean storeFails;

	/**
	 * The state at a point in time.
	 *
	 * @param bytes the state as JSON, {@code null} if the actor has none
	 */
	public record Mark(byte @Nullable [] bytes) {
	}

	/**
	 * What is stored together with a state.
	 *
	 * @param change changes the stored form
	 * @param events events to add to the stored history
	 * @param trimmed positions of events that leave it
	 */
	public record Addition(UnaryOperator<StoredActor.Builder> change, List<StoredEvent> events, List<Long> trimmed) {

		/** Nothing but a new version. */
		static final Addition NONE = new Addition(UnaryOperator.identity(), List.of(), List.of());

	}

	/**
	 * What waits for a save besides the state.
	 *
	 * @param answers answers to store
	 * @param schedules changes of schedules
	 * @param connections changes of stored connections
	 */
	private record Rest(List<StoredAnswer> answers, InstanceSchedules.Pending schedules,
			ConnectionRows.Pending connections) {

		boolean isEmpty() {
			return this.answers.isEmpty() && this.schedules.isEmpty() && this.connections.isEmpty();
		}

		Change addTo(Change change) {
			return this.connections.addTo(this.schedules.addTo(change.withAnswers(this.answers)));
		}

	}

	/**
	 * Creates a state.
	 * @param store where it is saved
	 * @param mapper writes and reads it
	 * @param format its stored form
	 * @param maxSize maximum size of its stored form, in bytes of JSON
	 * @param onChange receives the previous and the new stored form, on the thread that
	 * saves
	 * @param schedules schedules of the instance, whose changes are saved with the state
	 * @param due called when a save may be due
	 * @param clock source of the dates of saves
	 */
	public ActorState(ActorStateStore store, ValueMapper mapper, StateFormat format, int maxSize,
			BiConsumer<StoredActor, StoredActor> onChange, InstanceSchedules schedules, DueQueue.Entry due,
			Clock clock) {
		this.schedules = schedules;
		this.maxSize = maxSize;
		this.clock = clock;
		this.onChange = onChange;
		this.due = due;
		this.store = store;
		this.mapper = mapper;
		this.format = format;
		this.type = format.type();
	}

	public @Nullable Object get() {
		Assert.state(this.type != null, "The actor has no state; add a method annotated with @CreateState");
		this.touched = true;
		if (!this.used) {
			this.used = true;
		}
		return this.value;
	}

	public void set(@Nullable Object value) {
		Assert.notNull(value, "The state must not be null");
		get();
		this.value = value;
	}

	public StoredActor stored() {
		StoredActor stored = this.stored;
		Assert.state(stored != null, "The instance has not been started");
		return stored;
	}

	public boolean hasId(String actorId) {
		StoredActor stored = this.stored;
		return stored != null && stored.actorId().equals(actorId);
	}

	public boolean isStored() {
		return this.stored != null;
	}

	/**
	 * Starts with a state that is not stored yet; the hooks use it before it is saved.
	 */
	public void begin(StoredActor created, @Nullable Object value) {
		this.value = value;
		this.stored = created;
	}

	/**
	 * Stores the new state.
	 * @param check throws an exception if the state must not be stored
	 */
	public void insert(Consumer<StoredActor> check) {
		byte[] bytes = writeToSave();
		compare(bytes);
		StoredActor first = next(stored()).generation(1).format(this.format.version()).state(bytes).build();
		check.accept(first);
		InstanceSchedules.Pending schedules = this.schedules.pending();
		store(schedules.addTo(Change.of(first, 0)));
		this.schedules.committed(schedules);
		saved(first);
	}

	private void store(Change change) {
		this.storeFails = true;
		this.store.commit(change);
		this.storeFails = false;
	}

	/** Returns the schedules of the instance. */
	public InstanceSchedules schedules() {
		return this.schedules;
	}

	/** Returns the stored connections of the instance. */
	public ConnectionRows connections() {
		return this.connections;
	}

	/** Removes a connection that has ended from the stored ones, with the next save. */
	public void removeConnection(String connectionId) {
		if (this.connections.remove(connectionId)) {
			this.touched = true;
		}
	}

	/**
	 * Returns whether the instance was stored before its actor had a state.
	 */
	public boolean isMissing() {
		return this.type != null && stored().state() == null;
	}

	/** Supplies the missing state of a stored instance. */
	public void supply(@Nullable Object value) {
		this.value = value;
		this.stored = stored().toBuilder().format(this.format.version()).state(write()).build();
	}

	/**
	 * Loads the stored state and saves it in the current format as a new generation,
	 * which invalidates the previous instance.
	 * @param change changes the form to save
	 */
	public void wake(StoredActor found, UnaryOperator<StoredActor.Builder> change) {
		StateFormat.Reading reading = this.format.read(found, this.mapper);
		this.value = reading.value();
		StoredActor claimed = change
			.apply(next(found).generation(found.generation() + 1).format(this.format.version()).state(reading.json()))
			.build();
		InstanceSchedules.Pending schedules = this.schedules.pending();
		store(schedules.addTo(Change.of(claimed, found.version())));
		this.schedules.committed(schedules);
		saved(claimed);
	}

	/**
	 * Saves the state if it has changed; blocks. After a failure the save stays due, with
	 * a delay, and continues with what may have been stored.
	 * @param now the time in nanoseconds
	 * @throws StaleStateException if a newer copy of the instance has saved in the
	 * meantime
	 */
	public void save(long now) {
		lock(now);
		try {
			saveWhatIs(now, null, true);
		}
		finally {
			this.saving.unlock();
		}
	}

	/**
	 * Saves as {@link #save(long)} does, with a change of the stored form, even if the
	 * state has not changed.
	 * @param now the time in nanoseconds
	 * @param change changes the stored form
	 */
	public void save(long now, UnaryOperator<StoredActor.Builder> change) {
		lock(now);
		try {
			saveWhatIs(now, new Addition(change, List.of(), List.of()), true);
		}
		finally {
			this.saving.unlock();
		}
	}

	/**
	 * Saves as {@link #save(long)} does, and checks the stored version even if nothing
	 * has changed.
	 * @param now the time in nanoseconds
	 * @throws StaleStateException if a newer copy of the instance has saved in the
	 * meantime
	 */
	public void saveOrCheck(long now) {
		lock(now);
		try {
			saveWhatIsOrCheck(now, true);
		}
		finally {
			this.saving.unlock();
		}
	}

	/**
	 * Saves what is undone if the save fails.
	 * @param now the time in nanoseconds
	 * @param addition what is stored together with the state, changed or not;
	 * {@code null} to save or check as {@link #saveOrCheck} does
	 * @throws StaleStateException if a newer copy of the instance has saved in the
	 * meantime
	 */
	public void commit(long now, @Nullable Addition addition) {
		lock(now);
		try {
			if (addition != null) {
				saveWhatIs(now, addition, false);
			}
			else {
				saveWhatIsOrCheck(now, false);
			}
		}
		finally {
			this.saving.unlock();
		}
	}

	/**
	 * Begins a transaction of the application, on the thread that runs it: what this
	 * thread saves counts as saved when the transaction is committed. Other threads do
	 * not save until then.
	 * @param now the time in nanoseconds
	 * @throws RivetException with {@code state.unavailable} if another save takes too
	 * long
	 */
	public void enterTransaction(long now) {
		lock(now);
		this.inTransaction = true;
	}

	/**
	 * Waits no longer than for the store. A transaction may last longer, and may even
	 * wait for a lock of the database that belongs to the transaction of the thread that
	 * waits here.
	 */
	private void lock(long now) {
		if (this.saving.tryLock()) { // even if the thread is interrupted
			return;
		}
		try {
			if (this.saving.tryLock(this.store.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
				return;
			}
			failures.warn("waiting for " + stored().address().name(),
					() -> "%s was not saved within %s: another save or the transaction of an action is still running"
						.formatted(stored().address(), this.store.timeout()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (this.dirtySince != CLEAN) {
			failed(this.dirtySince, now); // the save stays due
		}
		throw new RivetException(ErrorCode.STATE_UNAVAILABLE);
	}

	/** Notes the end of the transaction. Other threads still do not save. */
	public void endTransaction(boolean committed) {
		Runnable saved = this.onCommit;
		this.onCommit = null;
		this.inTransaction = false;
		if (saved != null && committed) {
			saved.run();
		}
		else if (saved != null) {
			this.touched = true; // what was due before it is due again
		}
	}

	/** Lets other threads save again. */
	public void leaveTransaction() {
		this.saving.unlock();
	}

	/** Stores an answer with the next save. Safe for use by several threads. */
	public void keep(StoredAnswer answer) {
		if (this.store.keepsHistory()) {
			int dropped = this.answers.add(answer);
			this.touched = true;
			if (dropped > 0) {
				failures.warn("answers of " + stored().address().name(),
						() -> "%d answers of %s are kept in memory only: too many wait for the next save"
							.formatted(dropped, stored().address()));
			}
		}
	}

	/** Does not store an answer. Safe for use by several threads. */
	public void discard(StoredAnswer answer) {
		this.answers.remove(answer);
	}

	/** Returns a builder for the next version. */
	private StoredActor.Builder next(StoredActor actor) {
		return actor.toBuilder().version(actor.version() + 1).savedAt(this.clock.instant());
	}

	private void saveWhatIsOrCheck(long now, boolean kept) {
		StoredActor before = stored();
		if (!saveWhatIs(now, null, kept)) {
			check(before);
		}
	}

	/**
	 * Saves what has changed.
	 * @param kept whether it stays in memory if the save fails
	 * @return whether there was anything to save
	 */
	private boolean saveWhatIs(long now, @Nullable Addition addition, boolean kept) {
		long since = (this.dirtySince != CLEAN) ? this.dirtySince : now;
		// before writing: concurrent changes of an interleaved action stay due
		this.touched = false;
		this.dirtySince = CLEAN;
		try {
			byte[] bytes = writeToSave();
			Rest rest = new Rest(this.answers.all(), this.schedules.pending(), this.connections.pending());
			boolean changed = !Arrays.equals(bytes, stored().state());
			boolean saves = changed || addition != null || !rest.isEmpty() || !this.uncertain.isEmpty();
			if (changed) {
				compareOnce(bytes);
			}
			if (saves) {
				commitOver(() -> commit(bytes, addition, rest, kept));
			}
			this.failedSaves = 0;
			return saves;
		}
		catch (Throwable ex) {
			failed(since, now);
			throw ex;
		}
	}

	/** Makes a change, also if an uncertain save was stored. */
	private void commitOver(Runnable change) {
		try {
			change.run();
		}
		catch (StaleStateException ex) {
			adopt(ex);
			change.run();
		}
	}

	/**
	 * Continues with an uncertain save that was stored.
	 * @param stale thrown if there is none
	 */
	private void adopt(StaleStateException stale) {
		StoredActor before = stored();
		StoredActor there = this.uncertain.isEmpty() ? null : this.store.load(before.address());
		if (there == null || !this.uncertain.contains(there)) {
			throw stale;
		}
		this.stored = there;
		this.uncertain.clear();
		this.onChange.accept(before, there);
	}

	private void commit(byte @Nullable [] bytes, @Nullable Addition addition, Rest rest, boolean kept) {
		StoredActor before = stored();
		StoredActor.Builder next = next(before).state(bytes);
		StoredActor after = ((addition != null) ? addition.change().apply(next) : next).build();
		Change change = rest.addTo(Change.of(after, before.version()));
		try {
			store((addition != null) ? change.withEvents(addition.events(), addition.trimmed()) : change);
		}
		catch (UncertainSaveException ex) {
			noteUncertain(after, kept);
			throw ex;
		}
		Runnable saved = () -> {
			this.stored = after;
			this.uncertain.clear();
			rest.answers().forEach(this.answers::remove);
			this.schedules.committed(rest.schedules());
			this.connections.committed(rest.connections());
			this.onChange.accept(before, after);
		};
		if (this.inTransaction) {
			this.onCommit = saved;
		}
		else {
			saved.run();
		}
	}

	/** What the caller undoes must not be continued; it settles the others with it. */
	private void noteUncertain(StoredActor save, boolean kept) {
		if (kept) {
			this.uncertain.add(save);
		}
		else {
			this.uncertain.clear();
		}
	}

	private void failed(long since, long now) {
		this.dirtySince = since;
		this.retryAt = now + Math.min(FIRST_PAUSE << Math.min(this.failedSaves, 10), LONGEST_PAUSE);
		this.failedSaves = this.failedSaves + 1;
		this.due.arm(this.retryAt); // nothing else schedules it outside a turn
	}

	private void check(StoredActor ours) {
		StoredActor there = this.store.load(ours.address());
		if (there == null || !there.actorId().equals(ours.actorId()) || there.version() != ours.version()) {
			throw new StaleStateException(ours.address(), ours.version());
		}
	}

	/**
	 * Records the current state, so that it can be restored. It is written only if
	 * changes of earlier methods wait for a save: each commit saves them, so methods that
	 * are all durable cost no copy.
	 */
	public Mark mark() {
		return isDirty() ? new Mark(write()) : storedMark();
	}

	/** Returns the mark of the stored state. */
	public Mark storedMark() {
		return new Mark(stored().state());
	}

	/**
	 * Restores the state of a mark. Answers that wait for a save stay due, and so does
	 * the state if another one may have been stored. After a failure of the store the
	 * next save still waits; a state that could not be written delays no other.
	 */
	public void restore(Mark mark) {
		this.value = (this.type != null && mark.bytes() != null) ? this.mapper.read(mark.bytes(), this.type.type())
				: null;
		if (this.uncertain.isEmpty() && Arrays.equals(mark.bytes(), stored().state())) {
			this.touched = !this.answers.all().isEmpty();
			this.dirtySince = CLEAN;
		}
		else {
			this.touched = true; // the method may have saved its own changes
		}
		if (!this.storeFails) {
			this.failedSaves = 0;
		}
	}

	private void compareOnce(byte @Nullable [] bytes) {
		if (!this.compared) {
			compare(bytes);
			this.compared = true;
		}
	}

	/**
	 * Fails if the loaded state would differ from this one. The check for different
	 * values or classes is made once. The check whether the state can be loaded is made
	 * each time.
	 */
	private void compare(byte @Nullable [] bytes) {
		if (this.type == null || bytes == null) {
			return;
		}
		String difference = new StateComparison(this.mapper, this.type).difference(this.value, bytes);
		if (difference != null) {
			this.compared = true;
			throw new IllegalStateException("The loaded state would differ: %s".formatted(difference));
		}
	}

	/** Deletes the stored instance; blocks. */
	public void delete() {
		commitOver(this::deleteIfThere);
	}

	/**
	 * An earlier attempt may have deleted it, and another node may have created one with
	 * the same key and version since.
	 */
	private void deleteIfThere() {
		StoredActor ours = stored();
		StoredActor there = this.store.load(ours.address());
		if (there != null && there.actorId().equals(ours.actorId())) {
			this.store.delete(ours);
		}
	}

	/** Discards a new state that could not be stored. */
	public void reset() {
		this.value = null;
		this.stored = null;
		this.uncertain.clear();
		this.compared = false;
		this.touched = false;
		this.used = false;
		this.dirtySince = CLEAN;
		this.failedSaves = 0;
	}

	/**
	 * Notes the end of a turn.
	 * @param now the time in nanoseconds
	 * @return whether the turn has used the state, and perhaps has saved it
	 */
	public boolean endTurn(long now) {
		if (this.touched) {
			this.touched = false;
			if (this.dirtySince == CLEAN) {
				this.dirtySince = now;
			}
		}
		if (!this.used) {
			return false; // without a write, which could hide that of an interleaved
							// action
		}
		this.used = false;
		return true;
	}

	/**
	 * Returns whether the state has changed since the last call.
	 */
	public boolean hasChanged() {
		byte[] now = write();
		boolean changed = !Arrays.equals(now, this.seen);
		this.seen = now;
		return changed;
	}

	/** Records the current state for the next call of {@link #hasChanged}. */
	public void noteSeen() {
		this.seen = write();
	}

	/** Returns whether the state may have changed since the last save. */
	public boolean isDirty() {
		return this.dirtySince != CLEAN || this.touched;
	}

	/** Returns the state as JSON, {@code null} if the actor has none. */
	public byte @Nullable [] bytes() {
		return isDirty() ? write() : stored().state();
	}

	/**
	 * Writes the state as JSON, and stops if the stream fails.
	 * @param out receives UTF-8; nothing if the actor has no state
	 * @throws IOException if the stream fails, unless it is the cause of a
	 * {@code JacksonException}
	 */
	public void writeTo(OutputStream out) throws IOException {
		byte[] stored = stored().state();
		if (this.type != null && isDirty()) {
			this.type.write(this.value, out);
		}
		else if (stored != null) {
			out.write(stored);
		}
	}

	public boolean isDue(long now, long interval) {
		long since = this.dirtySince;
		return since != CLEAN && now - since >= interval && (this.failedSaves == 0 || now - this.retryAt >= 0);
	}

	/**
	 * Schedules a visit for the time when the save is due, if there is one. Safe for use
	 * by several threads.
	 */
	public void armSave(long interval) {
		long since = this.dirtySince;
		if (since != CLEAN) {
			long time = since + interval;
			this.due.arm((this.failedSaves > 0 && this.retryAt - time > 0) ? this.retryAt : time);
		}
	}

	public @Nullable Object peek() {
		return this.value;
	}

	private void saved(StoredActor actor) {
		this.stored = actor;
		this.seen = actor.state();
	}

	private byte @Nullable [] writeToSave() {
		byte[] bytes = write();
		if (bytes != null && bytes.length > this.maxSize) {
			throw new RivetException(ErrorCode.STATE_TOO_LARGE,
					"The state of %s has %d bytes; rivet.events.state.max-size is %d".formatted(stored().address(),
							bytes.length, this.maxSize));
		}
		return bytes;
	}

	/** A state that the actor no longer has stays as it is stored. */
	private byte @Nullable [] write() {
		return (this.type != null) ? this.type.write(this.value) : stored().state();
	}

}
