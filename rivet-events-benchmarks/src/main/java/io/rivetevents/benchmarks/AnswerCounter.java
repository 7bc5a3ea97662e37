/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.concurrent.Semaphore;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * A client that counts responses and does not read them.
 */
final class AnswerCounter implements Outbound {

	private final Semaphore answers = new Semaphore(0);

	@Override
	public Outcome send(OutgoingMessage message) {
		if (message.message() instanceof ToClient.ActionResponse) {
			this.answers.release();
		}
		else if (message.message() instanceof ToClient.Error error) {
			throw new IllegalStateException("The call failed: " + error);
		}
		return Outcome.QUEUED;
	}

	@Override
	public void close(CloseReason reason) {
	}

	void await(int count) {
		this.answers.acquireUninterruptibly(count);
	}

}
