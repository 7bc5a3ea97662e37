/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.concurrent.atomic.AtomicInteger;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;

/**
 * A store that fails on demand, and in which another node may save.
 */
class UnreliableStore extends DelegatingActorStateStore {

	private final AtomicInteger failing = new AtomicInteger();

	private final AtomicInteger spared = new AtomicInteger();

	private final AtomicInteger overtaken = new AtomicInteger();

	UnreliableStore() {
		super(new MemoryActorStateStore());
	}

	/** Lets the next saves and deletions fail. */
	void failNext(int times) {
		this.failing.set(times);
	}

	/** Lets a save fail after a number of others. */
	void failAfter(int saves) {
		this.spared.set(saves);
		this.failing.set(1);
	}

	/** Lets others come before the next saves. */
	void overtakeNext(int times) {
		this.overtaken.set(times);
	}

	/** Saves as another node does that has taken over an instance. */
	void takeOver(ActorAddress address) {
		StoredActor ours = delegate().load(address);
		delegate().save(ours.toBuilder().version(ours.version() + 1).generation(ours.generation() + 1).build(),
				ours.version());
	}

	String state(ActorAddress address) {
		return new String(delegate().load(address).state());
	}

	@Override
	public void commit(Change change) {
		failIfTold();
		if (this.overtaken.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
			throw new StaleStateException(change.actor().address(), change.expectedVersion());
		}
		super.commit(change);
	}

	@Override
	public void delete(StoredActor actor) {
		failIfTold();
		super.delete(actor);
	}

	private void failIfTold() {
		boolean spared = this.spared.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0;
		if (!spared && this.failing.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
			throw new IllegalStateException("The disk is full");
		}
	}

}
