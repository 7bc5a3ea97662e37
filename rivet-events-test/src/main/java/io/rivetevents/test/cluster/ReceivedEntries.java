/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one client has received.
 *
 * @param client the client, for the messages of the test
 * @param entries entries, and notices about missed ones, in their order
 * @param actor the instance
 */
record ReceivedEntries(String client, List<String> entries, CalledActor actor) {

	/** Begins a notice about missed events. */
	static final String NOTICE = "notice ";

	/**
	 * Checks that the client has received entries in their order, each at most once.
	 * @param stored all entries in their order
	 * @param extended whether the client must have a notice where entries are missing
	 * @param complete whether no entry may be missing
	 */
	void check(List<String> stored, boolean extended, boolean complete) {
		int last = -1;
		boolean notified = true; // nothing is known before the first entry
		for (String entry : this.entries) {
			if (entry.startsWith(NOTICE)) {
				assertThat(extended && complete).as("%s: %s", this.client, entry).isFalse();
				notified = true;
				continue;
			}
			int index = find(entry, stored, last + 1);
			if (index < 0 && !complete && this.actor.isUnknown(entry)) {
				continue; // sent before it was saved
			}
			assertThat(index).as("%s has received %s", this.client, entry).isGreaterThan(last);
			if (!notified && extended) {
				assertThat(stored.subList(last + 1, index)).as("missed by %s, which has no notice", this.client)
					.isEmpty();
			}
			last = index;
			notified = false;
		}
	}

	/** Looks at the next ones first: there may be tens of thousands. */
	private static int find(String entry, List<String> stored, int from) {
		int next = stored.subList(from, stored.size()).indexOf(entry);
		return (next >= 0) ? from + next : stored.indexOf(entry);
	}

}
