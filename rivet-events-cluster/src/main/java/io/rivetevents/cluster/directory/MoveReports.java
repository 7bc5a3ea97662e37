/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.membership.Membership;

/**
 * Reports to other nodes that this one has no instances left which belong on them, so
 * that they need not expect any more. A node receives a report after each begin of a
 * session with it, and all nodes receive one when this node leaves. Safe for use by
 * several threads.
 */
final class MoveReports {

	private final Membership membership;

	private final BooleanSupplier ended;

	private final FrameSender frames;

	private final Set<String> due = ConcurrentHashMap.newKeySet();

	/**
	 * Creates it.
	 * @param membership the view of this node
	 * @param ended whether this node has only instances that belong on it
	 * @param frames sends the reports
	 */
	MoveReports(Membership membership, BooleanSupplier ended, FrameSender frames) {
		this.membership = membership;
		this.ended = ended;
		this.frames = frames;
	}

	/** Adds nodes that are to receive a report. */
	void add(Collection<String> nodes) {
		this.due.addAll(nodes);
	}

	/** Sends the reports that are due, if there is nothing to move. */
	void send() {
		long view = this.membership.view(); // before the look at the instances
		if (this.due.isEmpty() || !this.ended.getAsBoolean()) {
			return;
		}
		for (Iterator<String> each = this.due.iterator(); each.hasNext();) {
			String node = each.next();
			each.remove();
			this.frames.send(node, new Frame.Moved(view));
		}
	}

}
