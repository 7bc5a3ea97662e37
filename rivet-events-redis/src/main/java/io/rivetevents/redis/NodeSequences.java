package io.rivetevents.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of the last events of the other nodes, from which missed ones are seen.
 * Used by one thread at a time.
 */
final class NodeSequences {

	/** Beyond it, nodes that are new are not watched. */
	private static final int MAX_NODES = 1000;

	private final Map<String, Last> lastByNode = new HashMap<>();

	private final long forgetAfterNanos;

	private record Last(long sequence, long at) {
	}

	/**
	 * Create the collection.
	 * @param forgetAfterNanos time after which a node that says nothing is forgotten
	 */
	NodeSequences(long forgetAfterNanos) {
		this.forgetAfterNanos = forgetAfterNanos;
	}

	/**
	 * Take note of a message.
	 * @return how many events before it have been missed
	 */
	long missedBefore(RedisMessage message, long now) {
		String node = String.valueOf(message.node());
		Last last = this.lastByNode.get(node);
		if (last == null) {
			this.lastByNode.values().removeIf((old) -> now - old.at() > this.forgetAfterNanos);
			if (this.lastByNode.size() < MAX_NODES) {
				this.lastByNode.put(node, new Last(message.sequence(), now));
			}
			return 0;
		}
		this.lastByNode.put(node, new Last(message.sequence(), now));
		long expected = last.sequence() + ((message.dispatch() != null) ? 1 : 0);
		return Math.max(message.sequence() - expected, 0);
	}

}
