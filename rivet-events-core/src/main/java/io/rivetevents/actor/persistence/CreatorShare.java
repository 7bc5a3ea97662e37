/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * The share of one instance in the limits of the client that created it. In a store in
 * memory the instance keeps its share while it sleeps.
 */
public final class CreatorShare {

	/**
	 * Fraction, in eighths, of the memory for loaded instances that new instances may
	 * use. The rest is reserved for existing instances.
	 */
	private static final int CREATION = 7;

	private final ActorAddress address;

	private final Map<ActorAddress, CreatedInstance> creators;

	private final ActorStateStore store;

	private final Limits limits;

	/** {@code null} if it was not created by a client. */
	private volatile @Nullable CreatedInstance share;

	/** Whether the share outlasts the loaded instance, because the store is in memory. */
	private volatile boolean kept;

	/**
	 * Creates an empty share.
	 * @param address address of the instance
	 * @param creators shares of all instances in a store in memory
	 * @param store where the instance is stored
	 * @param limits limits of clients
	 */
	public CreatorShare(ActorAddress address, Map<ActorAddress, CreatedInstance> creators, ActorStateStore store,
			Limits limits) {
		this.address = address;
		this.creators = creators;
		this.store = store;
		this.limits = limits;
	}

	/**
	 * Reserves the share of a client.
	 * @param caller the client; {@code null} for server code, which has no share
	 */
	public void take(@Nullable ConnectRequest caller) {
		if (caller != null) {
			if (this.limits.awake().isBeyond(CREATION)) {
				throw this.limits.overloaded(Limit.NODE_AWAKE, "create");
			}
			this.share = this.limits.create(caller.identity());
		}
	}

	/** Stores a state for the first time and charges it to the share. */
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

	/** Charges the growth of a saved state. */
	public void countGrowth(StoredActor before, StoredActor after) {
		CreatedInstance share = this.share;
		if (share != null && this.kept) {
			share.grow(heapStored(after) - heapStored(before));
		}
	}

	/**
	 * Returns the heap that a stored instance takes, in bytes; 0 if it is stored
	 * elsewhere.
	 */
	public long heapStored(StoredActor actor) {
		return this.store.heapOf(actor);
	}

	/** Notes that the instance wakes. */
	public void wake() {
		CreatedInstance share = this.creators.get(this.address);
		if (share != null) {
			share.wake();
			this.share = share;
			this.kept = true;
		}
	}

	/** Releases the share when the instance leaves memory or could not be started. */
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

	/** Notes that the stored instance has been deleted. */
	public void deleted() {
		this.creators.remove(this.address);
		this.kept = false;
	}

}
