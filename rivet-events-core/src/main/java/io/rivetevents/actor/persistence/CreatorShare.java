package io.rivetevents.actor.persistence;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

/**
 * The place of one instance in the shares of the client that has created it. An instance
 * in a store in memory has it while it sleeps, too.
 */
public final class CreatorShare {

	/**
	 * Eighths of what may be awake, up to which clients create: the rest is for instances
	 * that exist.
	 */
	private static final int CREATION = 7;

	private final ActorAddress address;

	private final Map<ActorAddress, CreatedInstance> creators;

	private final ActorStateStore store;

	private final Limits limits;

	/** {@code null} if no client has created it. */
	private volatile @Nullable CreatedInstance share;

	/** Whether it outlives the instance in memory, since its store is there, too. */
	private volatile boolean kept;

	/**
	 * Creates no share yet.
	 * @param address where the instance is
	 * @param creators shares of all instances in a store in memory
	 * @param store where the instance is kept
	 * @param limits bounds of what clients may take
	 */
	public CreatorShare(ActorAddress address, Map<ActorAddress, CreatedInstance> creators, ActorStateStore store,
			Limits limits) {
		this.address = address;
		this.creators = creators;
		this.store = store;
		this.limits = limits;
	}

	/**
	 * Takes the share of a client.
	 * @param caller the client, {@code null} for the server itself, which has none
	 */
	public void take(@Nullable ConnectRequest caller) {
		if (caller != null) {
			if (this.limits.awake().isBeyond(CREATION)) {
				throw this.limits.overloaded(Limit.NODE_AWAKE, "create");
			}
			this.share = this.limits.create(caller.identity().address(), caller.identity().owner());
		}
	}

	/** Stores a state for the first time, which counts from now on. */
	public void insert(ActorState state) {
		CreatedInstance share = this.share;
		state.insert((first) -> {
			if (share != null) {
				share.store(heapStored(first));
			}
		});
		if (share != null && heapStored(state.stored()) > 0) {
			this.creators.put(this.address, share);
			this.kept = true;
		}
	}

	/** The state has been saved, by a turn or beside one. */
	public void countGrowth(StoredActor before, StoredActor after) {
		CreatedInstance share = this.share;
		if (share != null && this.kept) {
			share.grow(heapStored(after) - heapStored(before));
		}
	}

	/**
	 * Returns what a stored instance takes of the heap, in bytes; 0 if it is elsewhere.
	 */
	public long heapStored(StoredActor actor) {
		return this.store.heapOf(actor);
	}

	/** The instance wakes. */
	public void wake() {
		CreatedInstance share = this.creators.get(this.address);
		if (share != null) {
			share.wake();
			this.share = share;
			this.kept = true;
		}
	}

	/** The instance leaves memory, or could not be started. */
	public void giveBack() {
		CreatedInstance share = this.share;
		this.share = null;
		if (share != null && this.kept) {
			share.sleep();
		}
		else if (share != null) {
			share.close();
		}
		this.kept = false;
	}

	/** What was stored of the instance has been deleted. */
	public void deleted() {
		this.creators.remove(this.address);
		this.kept = false;
	}

}
