/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.membership.Membership;

/**
 * Reports to other nodes that this one has no instances left which belong on them, so
 * that they need not expect any more. A node receives a report after each begin of a
 * session with it, and all nodes receive one when this node leaves. As long as a report
 * is due, the instances are looked at again and again. Safe for use by several threads.
 */
final class MoveReports {

	/**
	 * Pause before another look at all instances. The end of the moves causes one at
	 * once.
	 */
	static final Duration PAUSE = Duration.ofMillis(500);

	private final Membership membership;

	private final BooleanSupplier ended;

	private final FrameSender frames;

	private final Scheduler timers;

	private final Scheduler workers;

	/** Numbers of the last requests for a report, by node. Guarded by this. */
	private final Map<String, Long> due = new HashMap<>();

	/** The last one of those numbers. Guarded by this. */
	private long number;

	/** The next look, {@code null} if there is none. Guarded by this. */
	private @Nullable Disposable next;

	/** Guarded by this. */
	private boolean closed;

	/**
	 * Creates it.
	 * @param membership the view of this node
	 * @param ended whether this node has only instances that belong on it
	 * @param frames sends the reports
	 * @param timers timers
	 * @param workers look at the instances, of which there may be many
	 */
	MoveReports(Membership membership, BooleanSupplier ended, FrameSender frames, Scheduler timers, Scheduler workers) {
		this.membership = membership;
		this.ended = ended;
		this.frames = frames;
		this.timers = timers;
		this.workers = workers;
	}

	/** Adds a node that expects instances of this one. */
	synchronized void add(String node) {
		this.due.put(node, ++this.number);
		lookOnWorker();
	}

	/**
	 * Sends a frame after which nodes expect instances of this one. A report that follows
	 * it is of a later look at the instances.
	 */
	synchronized void add(Collection<String> nodes, Frame frame) {
		nodes.forEach((node) -> {
			this.frames.send(node, frame);
			this.due.put(node, ++this.number);
		});
		lookOnWorker();
	}

	/** Removes a node whose session has ended. */
	synchronized void remove(String node) {
		this.due.remove(node);
	}

	/** Sends the reports that are due, if there is nothing to move. */
	void send() {
		Map<String, Long> seen = due();
		long view = this.membership.view(); // before the look at the instances
		if (!seen.isEmpty()) {
			send(seen, view, this.ended.getAsBoolean());
		}
	}

	private synchronized Map<String, Long> due() {
		return new LinkedHashMap<>(this.due);
	}

	/**
	 * A node that was added again during the look at the instances expects those of a
	 * later view, or since a later frame: this look is out of date for it.
	 */
	private synchronized void send(Map<String, Long> seen, long view, boolean ended) {
		if (ended) {
			seen.forEach((node, number) -> {
				if (this.due.remove(node, number)) {
					this.frames.send(node, new Frame.Moved(view));
				}
			});
		}
		if (!this.due.isEmpty() && !this.closed && this.next == null) {
			this.next = this.timers.schedule(this::lookAgain, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private synchronized void lookAgain() {
		this.next = null;
		lookOnWorker();
	}

	/** Called with the lock: there may be no workers after {@link #close}. */
	private void lookOnWorker() {
		if (!this.closed) {
			this.workers.schedule(this::send);
		}
	}

	/** Ends the reports. */
	synchronized void close() {
		this.closed = true;
		if (this.next != null) {
			this.next.dispose();
		}
	}

}
