/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client with a real queue, which is emptied as soon as it has content. Not
 * thread-safe: all messages are sent by turns of one instance.
 */
final class DrainedClient implements LongConsumer {

	private static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(4 * 1024 * 1024, 1024 * 1024);

	private final OutboundQueue queue;

	private long bytes;

	DrainedClient(Encoding encoding) {
		this.queue = new OutboundQueue(encoding, LIMITS, this);
	}

	Outbound outbound() {
		return this.queue;
	}

	/**
	 * Returns the number of bytes that the queue has passed on.
	 */
	long bytes() {
		return this.bytes;
	}

	@Override
	public void accept(long waiting) {
		byte @Nullable [] frame = this.queue.poll();
		while (frame != null) {
			this.bytes += frame.length;
			frame = this.queue.poll();
		}
	}

}
