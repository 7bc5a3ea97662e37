package io.rivetevents.actor.persistence;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;

/**
 * What is stored of one instance: saves and deletes it.
 */
public final class StoredInstance {

	private static final Log logger = LogFactory.getLog(StoredInstance.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final int DELETE_RETRIES = 4;

	/** Pause before an instance that could not be deleted is, which doubles. */
	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private final ActorAddress address;

	private final ActorState state;

	private final CreatorShare share;

	private final Scheduler workers;

	private final LongSupplier clock;

	private final Runnable onReplaced;

	/**
	 * Creates what saves and deletes.
	 * @param address where the instance is
	 * @param state its state
	 * @param share that of its creator
	 * @param workers where it is deleted
	 * @param clock the time in nanoseconds
	 * @param onReplaced drops the instance, whose state is not what is stored; called by
	 * any thread
	 */
	public StoredInstance(ActorAddress address, ActorState state, CreatorShare share, Scheduler workers,
			LongSupplier clock, Runnable onReplaced) {
		this.address = address;
		this.state = state;
		this.share = share;
		this.workers = workers;
		this.clock = clock;
		this.onReplaced = onReplaced;
	}

	/** Saves the state; what fails is tried again later. */
	public Mono<Void> save() {
		return Mono.fromRunnable(() -> {
			try {
				this.state.save(this.clock.getAsLong());
			}
			catch (StaleStateException ex) {
				fence(ex);
			}
			catch (Throwable ex) {
				failures.error(ex,
						() -> "The state of %s could not be saved; it will be tried again".formatted(this.address));
			}
		});
	}

	/**
	 * Saves the state now; blocks. By any thread.
	 * @throws RivetException {@code actor.restarting} if another instance has saved
	 * since: this one stops
	 */
	public void saveNow() {
		try {
			this.state.saveOrCheck(this.clock.getAsLong());
		}
		catch (StaleStateException ex) {
			fence(ex);
			throw new RivetException(ErrorCode.RESTARTING);
		}
	}

	/**
	 * Saves the state now, or undoes what has changed; blocks.
	 * @param before what the state was before
	 * @throws RuntimeException if it could not be saved
	 */
	public void saveOrUndo(ActorState.Mark before) {
		try {
			saveNow();
		}
		catch (Throwable ex) {
			undo(before);
			throw Guarded.unchecked(ex);
		}
	}

	private void undo(ActorState.Mark before) {
		try {
			this.state.restore(before);
		}
		catch (Throwable ex) {
			logger.error(
					"The state of %s cannot be read back; it starts anew with what is stored".formatted(this.address),
					ex);
			this.onReplaced.run();
		}
	}

	private void fence(StaleStateException ex) {
		logger.warn("%s has been replaced by another instance and stops".formatted(this.address), ex);
		this.onReplaced.run();
	}

	/** Deletes what is stored, on a worker. */
	public Mono<Void> delete() {
		return Guarded.<Void>defer(() -> Mono.fromRunnable(this.state::delete))
			.subscribeOn(this.workers)
			.retryWhen(Retry.backoff(DELETE_RETRIES, FIRST_PAUSE).filter((ex) -> !(ex instanceof StaleStateException)))
			.then(Mono.fromRunnable(this.share::deleted));
	}

	/** Deletes what was stored before it could be started; never fails. */
	public Mono<Void> withdraw() {
		return delete().onErrorResume((ex) -> Mono.fromRunnable(() -> logUndeleted(ex)));
	}

	public void logUndeleted(Throwable ex) {
		if (ex instanceof StaleStateException) {
			logger.warn("%s has been replaced by another instance, which is not deleted".formatted(this.address), ex);
		}
		else {
			failures.error(ex, () -> "%s could not be deleted; its next use wakes it".formatted(this.address));
		}
	}

}
