/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nodes that one node has taken for failed and removed from its view, as it logs
 * them. Safe for use by several threads.
 */
final class Removals {

	private static final Pattern LINE = Pattern.compile("Node \\S+ \\((\\S+)\\) does not answer and was removed");

	private final Queue<String> addresses = new ConcurrentLinkedQueue<>();

	/** Reads a line of the log. */
	void read(String line) {
		Matcher removal = LINE.matcher(line);
		if (removal.find()) {
			this.addresses.add(removal.group(1));
		}
	}

	/**
	 * Returns how many removals there were since the last call.
	 * @param failed {@code host:port} of nodes that do not count, because they have
	 * failed
	 */
	int takeBut(Collection<String> failed) {
		int count = 0;
		for (String address = this.addresses.poll(); address != null; address = this.addresses.poll()) {
			count += failed.contains(address) ? 0 : 1;
		}
		return count;
	}

	/** Drops all removals so far. */
	void clear() {
		this.addresses.clear();
	}

}
