/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;

/**
 * Saves and deletes one instance in the store.
 */
public final class StoredInstance {

	private static final Log logger = LogFactory.getLog(StoredInstance.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final int DELETE_RETRIES = 4;

	/** Delay before the first retry of a deletion, which doubles. */
	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private final ActorAddress address;

	private final ActorState state;

	private final CreatorShare share;

	private final Scheduler workers;

	private final Scheduler timers;

	private final Runnable onReplaced;

	/**
	 * Creates the storage of an instance.
	 * @param address address of the instance
	 * @param state its state
	 * @param share share of its creator
	 * @param workers where it is deleted
	 * @param timers clock, and scheduler of retries
	 * @param onReplaced removes the instance from memory when its state is not the stored
	 * one; called by any thread
	 */
	public StoredInstance(ActorAddress address, ActorState state, CreatorShare share, Scheduler workers,
			Scheduler timers, Runnable onReplaced) {
		this.address = address;
		this.state = state;
		this.share = share;
		this.workers = workers;
		this.timers = timers;
		this.onReplaced = onReplaced;
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	/** Saves the state. A failed save is retried later. */
	public Mono<Void> save() {
		return Mono.fromRunnable(() -> {
			try {
				this.state.save(now());
			}
			catch (StaleStateException ex) {
				fence();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Failed to save the state of %s; will retry".formatted(this.address));
			}
		});
	}

	/**
	 * Saves the state and returns when it is saved; blocks. Safe for use by several
	 * threads.
	 * @throws RivetException with {@code actor.restarting} if a newer copy of the
	 * instance has saved in the meantime: this one stops
	 */
	public void saveNow() {
		orFence(() -> this.state.saveOrCheck(now()));
	}

	/**
	 * Saves what a method has changed; blocks. If that fails, the caller undoes the
	 * method, and calls {@link #settle} after an {@link UncertainSaveException}.
	 * @param addition what is stored together with the state, {@code null} for nothing
	 * @throws RivetException with {@code actor.restarting} if a newer copy of the
	 * instance has saved in the meantime: this one stops
	 */
	public void commit(ActorState.@Nullable Addition addition) {
		orFence(() -> this.state.commit(now(), addition));
	}

	/**
	 * Begins a transaction of the application; see {@link ActorState#enterTransaction}.
	 */
	public void enterTransaction() {
		this.state.enterTransaction(now());
	}

	private void orFence(Runnable save) {
		try {
			save.run();
		}
		catch (StaleStateException ex) {
			fence();
			throw new FencedException(this.address);
		}
	}

	/**
	 * Finds out whether a change that was undone was stored; blocks. If it was, or if
	 * that cannot be found out, the instance stops and starts with what is stored.
	 * Otherwise it cannot be stored later either: a new version is written even if
	 * nothing has changed. A session of the database that is still committing the change
	 * ends before, or finds the new version and fails.
	 * @return whether the instance continues
	 */
	public boolean settle() {
		try {
			this.state.commit(now(), ActorState.Addition.NONE);
			return true;
		}
		catch (Throwable ex) {
			logger.warn("A change of %s may have been stored although its save failed; it restarts with what is stored"
				.formatted(this.address), ex);
			this.onReplaced.run();
			return false;
		}
	}

	/** Restores the state; an instance whose state cannot be restored starts again. */
	public void undo(ActorState.Mark before) {
		try {
			this.state.restore(before);
		}
		catch (Throwable ex) {
			logger.error("Failed to restore the state of %s; it restarts with its stored state".formatted(this.address),
					ex);
			this.onReplaced.run();
		}
	}

	private void fence() {
		logger
			.warn("%s was saved by a newer copy, usually on another node; this copy stops and its last changes are lost"
				.formatted(this.address));
		this.onReplaced.run();
	}

	/** Deletes the stored instance, on a worker thread. */
	public Mono<Void> delete() {
		return Guarded.<Void>defer(() -> Mono.fromRunnable(this.state::delete))
			.subscribeOn(this.workers)
			.retryWhen(Retry.backoff(DELETE_RETRIES, FIRST_PAUSE)
				.scheduler(this.timers)
				.filter((ex) -> !(ex instanceof StaleStateException)))
			.then(Mono.fromRunnable(this.share::deleted));
	}

	/** Deletes a stored instance that could not be started; never fails. */
	public Mono<Void> withdraw() {
		return delete().onErrorResume((ex) -> Mono.fromRunnable(() -> logUndeleted(ex)));
	}

	public void logUndeleted(Throwable ex) {
		if (ex instanceof StaleStateException) {
			logger.warn("Did not delete %s because a newer copy has saved it, usually on another node"
				.formatted(this.address));
		}
		else {
			failures.error(ex, () -> "Failed to delete %s; its next use wakes it".formatted(this.address));
		}
	}

}
