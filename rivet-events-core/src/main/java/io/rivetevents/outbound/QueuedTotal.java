package io.rivetevents.outbound;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.LimitHits;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * The memory of all messages of a node that wait in queues. The first {@value #FREE}
 * bytes of a queue are part of what a connection costs and are not counted, so that a
 * client that reads what it is sent costs nothing here. A message that waits in several
 * queues beyond that counts once. Beyond the bound the queues that hold most are closed
 * until a sixteenth of it is free again: to look for them at each message would cost more
 * than it brings. Safe for use by several threads.
 */
public final class QueuedTotal {

	/** Bytes of each queue that are not counted. */
	static final int FREE = 16 * 1024;

	private static final int HEADROOM = 16;

	private final ByteBudget budget;

	private final LimitHits hits;

	/** Those that hold something that is counted. */
	private final Set<Queue> charged = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean relieving = new AtomicBoolean();

	/** A queue that holds something that is counted. */
	interface Queue {

		/** Returns how many bytes of heap wait. */
		long queuedBytes();

		/** Closes it as slow, and forgets what waits. */
		void closeAsSlow();

	}

	/**
	 * Creates a total.
	 * @param limits bounds of the node
	 */
	public QueuedTotal(Limits limits) {
		this.budget = limits.queued();
		this.hits = limits.hits();
	}

	/** Counts a message that waits in one more queue. */
	void charge(EncodedMessage message) {
		this.budget.acquire(MessageChain.Item.HEAP_SIZE + (message.hold() ? message.heapSize() : 0));
	}

	/**
	 * Counts a message no longer that waits in one queue less.
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

	LimitHits hits() {
		return this.hits;
	}

	/**
	 * Closes the largest queues if the total is over its bound. Not to be called under
	 * the lock of a queue.
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
	 * @return whether that has brought anything
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

	/** A queue, and what it held at one moment: it must not change while it is sorted. */
	private record Size(Queue queue, long bytes) {
	}

}
