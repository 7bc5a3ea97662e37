/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.StoredActor;

/**
 * The ownership of a node that runs alone, except for those that it has replaced or that
 * replace it.
 */
public final class SoleOwnership implements Ownership {

	private long merges;

	/** Notes that a node has ended which may have woken instances of this one. */
	public void noteMerge() {
		this.merges++;
	}

	@Override
	public @Nullable String node() {
		return Ownership.ALONE.node();
	}

	@Override
	public boolean owns(ActorAddress address) {
		return Ownership.ALONE.owns(address);
	}

	@Override
	public Mono<Boolean> take(StoredActor stored) {
		return Ownership.ALONE.take(stored);
	}

	@Override
	public long merges() {
		return this.merges;
	}

	@Override
	public void fenced(ActorAddress address) {
		Ownership.ALONE.fenced(address);
	}

	@Override
	public void refused(ActorAddress address) {
		Ownership.ALONE.refused(address);
	}

}
