/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.LimitHits;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * The memory of all messages in the queues of a node. The first {@value #FREE} bytes of a
 * queue are part of the cost of a connection and are not counted, so that a client that
 * reads its messages does not count here. A message in several queues is counted once. If
 * the total exceeds its limit, the largest queues are closed until a sixteenth of the
 * limit is free again: looking for them at each message would be too expensive. Safe for
 * use by several threads.
 */
public final class QueuedTotal {

	/** Bytes of each queue that are not counted. */
	static final int FREE = 16 * 1024;

	private static final int HEADROOM = 16;

	private final ByteBudget budget;

	private final LimitHits hits;

	/** Queues with counted bytes. */
	private final Set<Queue> charged = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean relieving = new AtomicBoolean();

	private final LongAdder written = new LongAdder();

	private final LongAdder dropped = new LongAdder();

	/** A queue with counted bytes. */
	interface Queue {

		/** Returns the number of waiting heap bytes. */
		long queuedBytes();

		/** Closes the connection as slow and drops all messages. */
		void closeAsSlow();

	}

	/**
	 * Creates a total.
	 * @param limits limits of the node
	 */
	public QueuedTotal(Limits limits) {
		this.budget = limits.queued();
		this.hits = limits.hits();
	}

	/** Counts a message that was added to one more queue. */
	void charge(EncodedMessage message) {
		this.budget.acquire(MessageChain.Item.HEAP_SIZE + (message.hold() ? message.heapSize() : 0));
	}

	/**
	 * Stops counting a message for one queue.
	 * @return the bytes to {@linkplain #release release}
	 */
	long letGo(EncodedMessage message) {
		return MessageChain.Item.HEAP_SIZE + (message.letGo() ? message.heapSize() : 0);
	}

	void release(long bytes) {
		this.budget.release(bytes);
	}

	void add(Queue queue) {
		this.charged.add(queue);
	}

	void remove(Queue queue) {
		this.charged.remove(queue);
	}

	/** Counts bytes that were taken to be written to a client. */
	void countWritten(long bytes) {
		this.written.add(bytes);
	}

	/** Counts a message that was dropped for one client. */
	void countDropped() {
		this.dropped.increment();
	}

	/**
	 * Returns how many bytes of messages were taken from the queues to be written, since
	 * the start.
	 */
	public long written() {
		return this.written.sum();
	}

	/**
	 * Returns how many messages were dropped for single clients, since the start. Those
	 * that were waiting when a connection ended do not count.
	 */
	public long dropped() {
		return this.dropped.sum();
	}

	/**
	 * Returns the number of bytes in the largest queue, 0 if all are smaller than
	 * {@value #FREE} bytes.
	 */
	public long largest() {
		return this.charged.stream().mapToLong(Queue::queuedBytes).max().orElse(0);
	}

	LimitHits hits() {
		return this.hits;
	}

	/**
	 * Closes the largest queues if the total exceeds its limit. Must not be called while
	 * the lock of a queue is held.
	 */
	void relieve() {
		while (this.budget.isExceeded() && this.relieving.compareAndSet(false, true)) {
			try {
				if (!closeLargest()) {
					return;
				}
			}
			finally {
				this.relieving.set(false);
			}
		}
	}

	/**
	 * Closes the largest queues.
	 * @return whether that has freed memory
	 */
	private boolean closeLargest() {
		long before = this.budget.used();
		List<Size> largestFirst = this.charged.stream()
			.map((queue) -> new Size(queue, queue.queuedBytes()))
			.sorted(Comparator.comparingLong(Size::bytes).reversed())
			.toList();
		long wanted = this.budget.max() - this.budget.max() / HEADROOM;
		for (Size each : largestFirst) {
			if (this.budget.used() <= wanted) {
				break;
			}
			this.budget.hit();
			each.queue().closeAsSlow();
		}
		return this.budget.used() < before;
	}

	/** A queue and its size at one moment: the size must not change during sorting. */
	private record Size(Queue queue, long bytes) {
	}

}
