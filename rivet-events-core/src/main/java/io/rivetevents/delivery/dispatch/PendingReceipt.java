/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Mono;

import io.rivetevents.connection.Receipt;

/**
 * The receipt of an event that is not sent yet.
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
	 * Completes the receipt.
	 * @param outcome the receipt of the sent event, which may be pending too
	 */
	public void complete(Receipt outcome) {
		outcome.whenDone().subscribe(this.outcome::complete, this::fail);
	}

	/**
	 * Fails the receipt: the event could not be sent.
	 * @param cause the reason
	 */
	public void fail(Throwable cause) {
		this.outcome.completeExceptionally(cause);
	}

}
