package io.rivetevents.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * The numbers of the last events and commands of the other nodes, from which missed ones
 * are seen. Used by one thread at a time.
 */
final class NodeSequences {

	/** Beyond it, nodes that are new are not watched. */
	private static final int MAX_NODES = 1000;

	private final Map<String, Last> lastByNode = new HashMap<>();

	private final long forgetAfterNanos;

	private record Last(long sequence, long commands, long at) {
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
	 * @return how many events and commands before it have been missed
	 */
	long missedBefore(RedisMessage message, long now) {
		String node = String.valueOf(message.node());
		Last last = this.lastByNode.get(node);
		if (last == null) {
			this.lastByNode.values().removeIf((old) -> now - old.at() > this.forgetAfterNanos);
			if (this.lastByNode.size() < MAX_NODES) {
				this.lastByNode.put(node, new Last(message.sequence(), message.commands(), now));
			}
			return 0;
		}
		boolean counted = message.commands() != RedisMessage.NOT_TOLD;
		this.lastByNode.put(node, new Last(message.sequence(), counted ? message.commands() : last.commands(), now));
		long events = message.sequence() - last.sequence() - ((message.dispatch() != null) ? 1 : 0);
		long commands = (counted && last.commands() != RedisMessage.NOT_TOLD)
				? message.commands() - last.commands() - (message.isCommand() ? 1 : 0) : 0;
		return Math.max(events, 0) + Math.max(commands, 0);
	}

}
