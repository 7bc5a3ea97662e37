package io.rivetevents.actor.persistence;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.scheduling.DueQueue;

/**
 * The state of one instance: the object that its methods change, and what is stored of
 * it. Whoever reads the object may have changed it, so reading makes it due for a save;
 * one that finds nothing new writes nothing. It stays due until a save has succeeded.
 */
public final class ActorState {

	private static final long CLEAN = -1;

	/** Pause after a save that has failed; it doubles with each further one. */
	private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();

	private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();

	private final ActorStateStore store;

	private final ValueMapper mapper;

	private final @Nullable DeclaredType type;

	private final BiConsumer<StoredActor, StoredActor> onChange;

	private final DueQueue.Entry due;

	/** Keeps apart a save by a turn and one by what an interleaved action does later. */
	private final ReentrantLock saving = new ReentrantLock();

	private @Nullable Object value;

	private volatile @Nullable StoredActor stored;

	private volatile boolean touched;

	/** Whether a change has been compared with what would be loaded of it. */
	private boolean compared;

	private byte @Nullable [] seen;

	private volatile long dirtySince = CLEAN;

	/** Saves that have failed since the last one that has not. */
	private volatile int failures;

	private volatile long retryAt;

	/**
	 * What the state was at a moment.
	 *
	 * @param bytes the state as JSON, {@code null} if the actor has none
	 * @param saved whether that is stored
	 */
	public record Mark(byte @Nullable [] bytes, boolean saved) {
	}

	/**
	 * Creates a state.
	 * @param store where it is saved
	 * @param mapper writes and reads it
	 * @param type its type, {@code null} if the actor has none
	 * @param onChange told what was stored before and what is stored now, by the thread
	 * that saves
	 * @param due is visited when a save may be due
	 */
	public ActorState(ActorStateStore store, ValueMapper mapper, @Nullable DeclaredType type,
			BiConsumer<StoredActor, StoredActor> onChange, DueQueue.Entry due) {
		this.onChange = onChange;
		this.due = due;
		this.store = store;
		this.mapper = mapper;
		this.type = type;
	}

	public @Nullable Object get() {
		Assert.state(this.type != null, "The actor has no method with @CreateState");
		this.touched = true;
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

	/** Begin with a state that is not stored yet; the hooks see it before it is saved. */
	public void begin(StoredActor created, @Nullable Object value) {
		this.value = value;
		this.stored = created;
	}

	/**
	 * Store what was begun.
	 * @param check throws if it must not be
	 */
	public void insert(Consumer<StoredActor> check) {
		byte[] bytes = write();
		compare(bytes);
		StoredActor first = stored().next(1, bytes);
		check.accept(first);
		this.store.save(first, 0);
		saved(first);
	}

	/** Take up what is stored, and say so in the store, which fences off who had it. */
	public void wake(StoredActor found) {
		this.value = (this.type != null && found.state() != null) ? this.mapper.read(found.state(), this.type.type())
				: null;
		StoredActor claimed = found.next(found.generation() + 1, found.state());
		this.store.save(claimed, found.version());
		saved(claimed);
	}

	/**
	 * Saves what has changed; blocks. If it fails, it stays due, from a later time on.
	 * @param now the time in nanoseconds
	 * @throws StaleStateException if another instance has saved since
	 */
	public void save(long now) {
		this.saving.lock();
		try {
			saveWhatIs(now);
		}
		finally {
			this.saving.unlock();
		}
	}

	/**
	 * Saves as {@link #save} does, and asks the store even if nothing has changed.
	 * @param now the time in nanoseconds
	 * @throws StaleStateException if another instance has saved since
	 */
	public void saveOrCheck(long now) {
		this.saving.lock();
		try {
			StoredActor before = stored();
			if (!saveWhatIs(now)) {
				check(before);
			}
		}
		finally {
			this.saving.unlock();
		}
	}

	/** Returns whether there was something to save. */
	private boolean saveWhatIs(long now) {
		StoredActor before = stored();
		// before writing: what an interleaved action changes meanwhile stays due
		this.touched = false;
		this.dirtySince = CLEAN;
		try {
			byte[] bytes = write();
			boolean changed = !Arrays.equals(bytes, before.state());
			if (changed) {
				compareOnce(bytes);
				StoredActor after = before.next(before.generation(), bytes);
				this.store.save(after, before.version());
				this.stored = after;
				this.onChange.accept(before, after);
			}
			this.failures = 0;
			return changed;
		}
		catch (Throwable ex) {
			failed(now);
			throw ex;
		}
	}

	private void failed(long now) {
		this.dirtySince = now;
		this.retryAt = now + Math.min(FIRST_PAUSE << Math.min(this.failures, 10), LONGEST_PAUSE);
		this.failures = this.failures + 1;
		this.due.arm(this.retryAt); // outside a turn nothing else does
	}

	private void check(StoredActor ours) {
		StoredActor there = this.store.load(ours.address());
		if (there == null || there.version() != ours.version()) {
			throw new StaleStateException(ours.address(), ours.version());
		}
	}

	/** Notes what the state is, so that it can be restored. */
	public Mark mark() {
		return isDirty() ? new Mark(write(), false) : new Mark(stored().state(), true);
	}

	/** Undoes all that has happened since a mark. */
	public void restore(Mark mark) {
		this.value = (this.type != null && mark.bytes() != null) ? this.mapper.read(mark.bytes(), this.type.type())
				: null;
		if (mark.saved()) {
			this.touched = false;
			this.dirtySince = CLEAN;
			this.failures = 0;
		}
	}

	private void compareOnce(byte @Nullable [] bytes) {
		if (!this.compared) {
			compare(bytes);
			this.compared = true;
		}
	}

	/**
	 * Fails if the state would be loaded in another way than it is: once if parts of it
	 * would differ, or have another class, each time if it could not be loaded at all.
	 */
	private void compare(byte @Nullable [] bytes) {
		if (this.type == null || bytes == null) {
			return;
		}
		String difference = new StateComparison(this.mapper, this.type).difference(this.value, bytes);
		if (difference != null) {
			this.compared = true;
			throw new IllegalStateException("The state would not be loaded as it is: %s".formatted(difference));
		}
	}

	public void delete() {
		this.store.delete(stored().address(), stored().version());
	}

	/** Forget what was begun and could not be stored. */
	public void reset() {
		this.value = null;
		this.stored = null;
		this.compared = false;
		this.touched = false;
		this.dirtySince = CLEAN;
		this.failures = 0;
	}

	/**
	 * Take note of the end of a turn.
	 * @param now the time in nanoseconds
	 * @return whether the turn touched the state
	 */
	public boolean endTurn(long now) {
		boolean wasTouched = this.touched;
		if (wasTouched) {
			this.touched = false;
			if (this.dirtySince == CLEAN) {
				this.dirtySince = now;
			}
		}
		return wasTouched;
	}

	/**
	 * Return whether the state differs from what it was when this was asked last.
	 */
	public boolean hasChanged() {
		byte[] now = write();
		boolean changed = !Arrays.equals(now, this.seen);
		this.seen = now;
		return changed;
	}

	/** Takes what the state is now for what was asked for last. */
	public void noteSeen() {
		this.seen = write();
	}

	boolean isDirty() {
		return this.dirtySince != CLEAN || this.touched;
	}

	/** Returns the state as JSON, {@code null} if the actor has none. */
	public byte @Nullable [] bytes() {
		return isDirty() ? write() : stored().state();
	}

	public boolean isDue(long now, long interval) {
		long since = this.dirtySince;
		return since != CLEAN && now - since >= interval && (this.failures == 0 || now - this.retryAt >= 0);
	}

	/** Has a visit come when it is due, if it waits for a save. By any thread. */
	public void armSave(long interval) {
		long since = this.dirtySince;
		if (since != CLEAN) {
			long time = since + interval;
			this.due.arm((this.failures > 0 && this.retryAt - time > 0) ? this.retryAt : time);
		}
	}

	public @Nullable Object peek() {
		return this.value;
	}

	private void saved(StoredActor actor) {
		this.stored = actor;
		this.seen = actor.state();
	}

	private byte @Nullable [] write() {
		return (this.type != null) ? this.type.write(this.value) : null;
	}

}
