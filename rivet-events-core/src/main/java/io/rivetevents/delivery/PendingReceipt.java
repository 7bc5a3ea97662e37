package io.rivetevents.delivery;

import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;

/**
 * The receipt of an event that has to wait.
 */
public final class PendingReceipt implements Receipt {

	private final CompletableFuture<Receipt> outcome = new CompletableFuture<>();

	@Override
	public int targeted() {
		return now().targeted();
	}

	@Override
	public int queued() {
		return now().queued();
	}

	private Receipt now() {
		return this.outcome.isCompletedExceptionally() ? NOBODY : this.outcome.getNow(NOBODY);
	}

	@Override
	public boolean isDone() {
		return this.outcome.isDone();
	}

	@Override
	public Mono<Receipt> whenDone() {
		return Mono.fromFuture(this.outcome, true).map((outcome) -> this);
	}

	/**
	 * Say what became of the event.
	 * @param outcome its receipt, which may itself be one that waits
	 */
	public void complete(Receipt outcome) {
		outcome.whenDone().subscribe(this.outcome::complete, this::fail);
	}

	/**
	 * Say that the event could not be sent.
	 * @param cause why
	 */
	public void fail(Throwable cause) {
		this.outcome.completeExceptionally(cause);
	}

}
