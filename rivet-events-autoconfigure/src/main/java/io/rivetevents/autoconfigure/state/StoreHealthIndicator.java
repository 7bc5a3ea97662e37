/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.protocol.ErrorCode;

/**
 * Reports whether the store answers, and how many instances in memory have changes that
 * it failed to save. Errors of a single instance do not count: its state is too large, or
 * another copy of it has saved.
 */
final class StoreHealthIndicator extends AbstractHealthIndicator implements ActorObserver {

	/** Id of no instance. */
	private static final String NONE = "health";

	/** Number of unsaved instances from which those that left memory are removed. */
	private static final int LEAST_PRUNED = 1000;

	private final ActorStateStore store;

	private final Predicate<ActorAddress> inMemory;

	private final Set<ActorAddress> unsaved = ConcurrentHashMap.newKeySet();

	private final AtomicLong failures = new AtomicLong();

	private volatile int pruneAt = LEAST_PRUNED;

	/**
	 * Creates an indicator.
	 * @param store the store
	 * @param inMemory whether an instance is in memory; others have no changes to save
	 */
	StoreHealthIndicator(ActorStateStore store, Predicate<ActorAddress> inMemory) {
		super("The store failed");
		this.store = store;
		this.inMemory = inMemory;
	}

	@Override
	public void stateSaved(ActorAddress actor, int bytes, Duration duration) {
		this.unsaved.remove(actor);
	}

	@Override
	public void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
		if (!isOfStore(failure)) {
			this.unsaved.remove(actor);
			return;
		}
		this.failures.incrementAndGet();
		this.unsaved.add(actor);
		if (this.unsaved.size() >= this.pruneAt) {
			this.pruneAt = Math.max(LEAST_PRUNED, 2 * prune());
		}
	}

	private static boolean isOfStore(Throwable failure) {
		return (failure instanceof RivetException known) ? known.code().equals(ErrorCode.STATE_UNAVAILABLE.code())
				: !(failure instanceof StaleStateException);
	}

	/** Removes instances that left memory, and returns the number of the others. */
	private int prune() {
		this.unsaved.removeIf(this.inMemory.negate());
		return this.unsaved.size();
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		int unsaved = prune();
		builder.withDetail("unsaved", unsaved).withDetail("failures", this.failures.get());
		this.store.loadById(NONE); // an exception is reported as DOWN
		builder.status((unsaved == 0) ? "UP" : "DOWN");
	}

}
