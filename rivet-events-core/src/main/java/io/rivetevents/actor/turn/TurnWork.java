/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.RepeatedFailures;

/**
 * Application code for a turn of an instance, and its result.
 *
 * @param <T> type of the result
 */
public final class TurnWork<T extends @Nullable Object> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(TurnWork.class));

	private final Supplier<? extends T> work;

	private final Invocation asked;

	private final Scheduler workers;

	private final CompletableFuture<T> result = new CompletableFuture<>();

	/**
	 * Creates work that has not begun.
	 * @param work the work
	 * @param asked the call that submits it
	 * @param workers threads for stages that depend on the result, so that they do not
	 * hold the turn
	 */
	public TurnWork(Supplier<? extends T> work, Invocation asked, Scheduler workers) {
		this.work = work;
		this.asked = asked;
		this.workers = workers;
	}

	/** Runs work immediately on a thread that is already in the turn. */
	public static <T extends @Nullable Object> CompletableFuture<T> now(Supplier<? extends T> work) {
		try {
			return CompletableFuture.completedFuture(work.get());
		}
		catch (Throwable ex) { // also an Error, as in a new turn
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** Returns the work. */
	public Supplier<? extends T> work() {
		return this.work;
	}

	/** Returns the call that submits it. */
	public Invocation asked() {
		return this.asked;
	}

	/** Returns its result. */
	public CompletableFuture<T> result() {
		return this.result;
	}

	/**
	 * Completes the result.
	 * @param value the result of the work
	 */
	@SuppressWarnings({ "unchecked", "NullAway" }) // the value is the result of the work
	public void succeed(@Nullable Object value) {
		later(() -> this.result.complete((T) value));
	}

	/** Fails the result; logs the error if no code handles it. */
	public void fail(Throwable ex) {
		later(() -> {
			boolean unseen = this.result.getNumberOfDependents() == 0;
			if (this.result.completeExceptionally(ex) && unseen) {
				failures.error(ex, () -> "%s failed, and no code handles its result".formatted(this.asked));
			}
		});
	}

	private void later(Runnable end) {
		try {
			this.workers.schedule(end);
		}
		catch (RejectedExecutionException ex) {
			end.run(); // the application is stopping
		}
	}

}
