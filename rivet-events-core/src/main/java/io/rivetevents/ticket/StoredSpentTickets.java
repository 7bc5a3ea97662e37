/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ActorKey;

/**
 * Used tickets in the store, which all nodes share. A used ticket is stored like an
 * instance without a state, because the store refuses to create an instance twice. No
 * actor has its name, so that no client reaches it. Its key begins with the time when it
 * expires, so that the store lists the oldest tickets first. They are deleted in the
 * background when later tickets are used.
 */
public final class StoredSpentTickets implements SpentTickets {

	/** Namespace of the used tickets. */
	static final String NAMESPACE = "rivet-ticket";

	private static final String NAME = "used";

	/** Difference that the clocks of two nodes may have. */
	private static final Duration CLOCKS = Duration.ofMinutes(1);

	/** Time between two deletions. */
	private static final Duration PERIOD = Duration.ofSeconds(30);

	private static final int PAGE = 100;

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(StoredSpentTickets.class));

	private final ActorStateStore store;

	private final Scheduler workers;

	private final InstantSource clock;

	private final AtomicReference<Instant> nextDeletion;

	/**
	 * Creates an instance. The store is not used yet.
	 * @param store the store
	 * @param workers scheduler for calls of the store, which block
	 * @param clock decides which tickets have expired
	 */
	public StoredSpentTickets(ActorStateStore store, Scheduler workers, InstantSource clock) {
		this.store = store;
		this.workers = workers;
		this.clock = clock;
		this.nextDeletion = new AtomicReference<>(clock.instant());
	}

	@Override
	public Mono<Boolean> spend(String id, Instant expiresAt) {
		return Mono.fromCallable(() -> save(id, expiresAt)).subscribeOn(this.workers);
	}

	private boolean save(String id, Instant expiresAt) {
		Instant now = this.clock.instant();
		ActorAddress address = new ActorAddress(NAMESPACE, NAME, ActorKey.of(begin(expiresAt), id));
		try {
			this.store.save(StoredActor.builder(id, address).version(1).createdAt(now).savedAt(now).build(), 0);
		}
		catch (StaleStateException ex) {
			return false;
		}
		Instant due = this.nextDeletion.get();
		if (!now.isBefore(due) && this.nextDeletion.compareAndSet(due, now.plus(PERIOD))) {
			this.workers.schedule(this::deleteExpired);
		}
		return true;
	}

	/** Returns the beginning of a key, which has the same length for all times. */
	private static String begin(Instant expiresAt) {
		return "%012d".formatted(expiresAt.getEpochSecond());
	}

	private void deleteExpired() {
		try {
			List<StoredActor> oldest;
			do {
				oldest = this.store.list(NAMESPACE, NAME, null, PAGE);
			}
			while (deleteExpired(oldest) == PAGE);
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "Used tickets that have expired could not be deleted, will retry");
		}
	}

	/** Returns how many have expired. */
	private int deleteExpired(List<StoredActor> oldest) {
		String end = begin(this.clock.instant().minus(CLOCKS));
		int expired = 0;
		for (StoredActor used : oldest) {
			if (used.address().key().parts().get(0).compareTo(end) >= 0) {
				break;
			}
			delete(used);
			expired++;
		}
		return expired;
	}

	private void delete(StoredActor used) {
		try {
			this.store.delete(used);
		}
		catch (StaleStateException ex) {
			// another node has deleted it meanwhile
		}
	}

}
