package io.rivetevents.benchmarks;

import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A client with a real queue, which is emptied as soon as something is in it. Not safe
 * for use by several threads: all that is sent comes from turns of one instance.
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
	 * Return how many bytes have gone through.
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
