/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Work of one connection on its event loop. Anything that it throws, including an
 * {@link Error}, closes the connection with {@code rivetkit.internal_error}. Without
 * this, an event loop would log it and leave the connection unchanged, and a periodic
 * timer would stop silently.
 *
 * @param queue the outbound queue of the connection
 * @param work the work
 */
public record LinkTask(OutboundQueue queue, Runnable work) implements Runnable {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(LinkTask.class));

	@Override
	public void run() {
		try {
			this.work.run();
		}
		catch (Throwable ex) {
			end(this.queue, ex);
		}
	}

	/**
	 * Closes a connection because its work has failed.
	 * @param queue its outbound queue
	 * @param ex the failure
	 */
	public static void end(OutboundQueue queue, Throwable ex) {
		failures.error(ex, () -> "Closing %s: its work on the event loop failed".formatted(queue.owner()));
		queue.close(CloseReason.of(ErrorCode.INTERNAL_ERROR));
	}

	/**
	 * Runs work with an asynchronous result. An {@link Error} becomes an error of the
	 * result: Reactor would pass it to the event loop, and the client would never get an
	 * answer.
	 */
	public static <T> Mono<T> later(Supplier<Mono<T>> work) {
		try {
			return work.get();
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
		catch (Throwable ex) {
			return Mono.error(new IllegalStateException("The work of a connection failed", ex));
		}
	}

}
