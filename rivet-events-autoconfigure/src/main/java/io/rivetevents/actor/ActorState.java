package io.rivetevents.actor;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.protocol.ValueMapper;

/**
 * The state of one instance: the object that its methods change, and what is stored of
 * it. Whoever reads the object may have changed it, so reading makes it due for a save;
 * one that finds nothing new writes nothing.
 */
final class ActorState {

	private static final long CLEAN = -1;

	private final ActorStateStore store;

	private final ValueMapper mapper;

	private final @Nullable Type type;

	private final BiConsumer<StoredActor, StoredActor> onChange;

	/** Keeps apart a save by a turn and one by what an interleaved action does later. */
	private final ReentrantLock saving = new ReentrantLock();

	private @Nullable Object value;

	private volatile @Nullable StoredActor stored;

	private volatile boolean touched;

	private byte @Nullable [] seen;

	private volatile long dirtySince = CLEAN;

	/**
	 * Creates a state.
	 * @param store where it is saved
	 * @param mapper writes and reads it
	 * @param type its type, {@code null} if the actor has none
	 * @param onChange told what was stored before and what is stored now, by the thread
	 * that saves
	 */
	ActorState(ActorStateStore store, ValueMapper mapper, @Nullable Type type,
			BiConsumer<StoredActor, StoredActor> onChange) {
		this.onChange = onChange;
		this.store = store;
		this.mapper = mapper;
		this.type = type;
	}

	@Nullable Object get() {
		Assert.state(this.type != null, "The actor has no method with @CreateState");
		this.touched = true;
		return this.value;
	}

	void set(@Nullable Object value) {
		get();
		this.value = value;
	}

	StoredActor stored() {
		StoredActor stored = this.stored;
		Assert.state(stored != null, "The instance has not been started");
		return stored;
	}

	boolean hasId(String actorId) {
		StoredActor stored = this.stored;
		return stored != null && stored.actorId().equals(actorId);
	}

	boolean isStored() {
		return this.stored != null;
	}

	/** Begin with a state that is not stored yet; the hooks see it before it is saved. */
	void begin(StoredActor created, @Nullable Object value) {
		this.value = value;
		this.stored = created;
	}

	/**
	 * Store what was begun.
	 * @param check throws if it must not be
	 */
	void insert(Consumer<StoredActor> check) {
		StoredActor first = stored().next(1, write());
		check.accept(first);
		this.store.save(first, 0);
		saved(first);
	}

	/** Take up what is stored, and say so in the store, which fences off who had it. */
	void wake(StoredActor found) {
		this.value = (this.type != null && found.state() != null) ? this.mapper.read(found.state(), this.type) : null;
		StoredActor claimed = found.next(found.generation() + 1, found.state());
		this.store.save(claimed, found.version());
		saved(claimed);
	}

	/** Save what has changed; blocks. */
	void save() {
		this.saving.lock();
		try {
			StoredActor before = stored();
			byte[] bytes = write();
			this.touched = false;
			this.dirtySince = CLEAN;
			if (!Arrays.equals(bytes, before.state())) {
				StoredActor after = before.next(before.generation(), bytes);
				this.store.save(after, before.version());
				this.stored = after;
				this.onChange.accept(before, after);
			}
		}
		finally {
			this.saving.unlock();
		}
	}

	void delete() {
		this.store.delete(stored().address(), stored().version());
	}

	/** Forget what was begun and could not be stored. */
	void reset() {
		this.value = null;
		this.stored = null;
		this.touched = false;
		this.dirtySince = CLEAN;
	}

	/**
	 * Take note of the end of a turn.
	 * @param now the time in nanoseconds
	 * @return whether the turn touched the state
	 */
	boolean endTurn(long now) {
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
	boolean hasChanged() {
		byte[] now = write();
		boolean changed = !Arrays.equals(now, this.seen);
		this.seen = now;
		return changed;
	}

	boolean isDirty() {
		return this.dirtySince != CLEAN || this.touched;
	}

	/** Returns the state as JSON, {@code null} if the actor has none. */
	byte @Nullable [] bytes() {
		return isDirty() ? write() : stored().state();
	}

	boolean isDue(long now, long interval) {
		long since = this.dirtySince;
		return since != CLEAN && now - since >= interval;
	}

	@Nullable Object peek() {
		return this.value;
	}

	private void saved(StoredActor actor) {
		this.stored = actor;
		this.seen = actor.state();
	}

	private byte @Nullable [] write() {
		return (this.type != null) ? this.mapper.write(this.value) : null;
	}

}
