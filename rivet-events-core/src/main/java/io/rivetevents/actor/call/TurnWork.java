package io.rivetevents.actor.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.RepeatedFailures;

/**
 * Work of the application for a turn of an instance, and its result.
 *
 * @param <T> type of the result
 */
final class TurnWork<T extends @Nullable Object> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(TurnWork.class));

	private final Supplier<? extends T> work;

	private final Invocation asked;

	private final Scheduler workers;

	private final CompletableFuture<T> result = new CompletableFuture<>();

	/**
	 * Creates work that has not begun.
	 * @param work what to do
	 * @param asked what it is a part of
	 * @param workers where what depends on the result goes on, so that it does not hold
	 * the turn
	 */
	TurnWork(Supplier<? extends T> work, Invocation asked, Scheduler workers) {
		this.work = work;
		this.asked = asked;
		this.workers = workers;
	}

	/** Does work at once, on a thread that is in the turn already. */
	static <T extends @Nullable Object> CompletableFuture<T> now(Supplier<? extends T> work) {
		try {
			return CompletableFuture.completedFuture(work.get());
		}
		catch (Throwable ex) { // an Error as well, as in a turn of its own
			return CompletableFuture.failedFuture(ex);
		}
	}

	Supplier<? extends T> work() {
		return this.work;
	}

	Invocation asked() {
		return this.asked;
	}

	CompletableFuture<T> result() {
		return this.result;
	}

	@SuppressWarnings({ "unchecked", "NullAway" }) // what the work has returned
	void succeed(@Nullable Object value) {
		later(() -> this.result.complete((T) value));
	}

	void fail(Throwable ex) {
		later(() -> {
			boolean unseen = this.result.getNumberOfDependents() == 0;
			if (this.result.completeExceptionally(ex) && unseen) {
				failures.error(ex, () -> "%s failed, and nothing depends on its result".formatted(this.asked));
			}
		});
	}

	private void later(Runnable end) {
		try {
			this.workers.schedule(end);
		}
		catch (RejectedExecutionException ex) {
			end.run(); // the application stops
		}
	}

}
