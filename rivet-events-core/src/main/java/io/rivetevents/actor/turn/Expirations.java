/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.scheduling.DueQueue;

/**
 * Times out the calls that wait in a mailbox. The mailbox is searched only when the
 * earliest deadline has passed, which is rare. Safe for use by several threads.
 */
public final class Expirations {

	private final Mailbox<?> mailbox;

	private final DueQueue.Entry due;

	private volatile boolean any;

	private volatile long earliest;

	/**
	 * Creates the timeouts of a mailbox.
	 * @param mailbox where the calls wait
	 * @param due calls {@link #check} at the earliest deadline
	 */
	public Expirations(Mailbox<?> mailbox, DueQueue.Entry due) {
		this.mailbox = mailbox;
		this.due = due;
	}

	/** Registers a call that has been added to the mailbox. */
	public void add(PendingCall call) {
		if (call.hasDeadline() && isEarlier(call.deadline())) {
			setEarliest(call.deadline());
			this.due.arm(call.deadline());
		}
	}

	private boolean isEarlier(long deadline) {
		return !this.any || deadline - this.earliest < 0;
	}

	private synchronized void setEarliest(long deadline) {
		if (isEarlier(deadline)) {
			this.earliest = deadline;
			this.any = true;
		}
	}

	/** Rejects the calls that have timed out. */
	public void check(long now) {
		if (!this.any) {
			return;
		}
		if (now - this.earliest < 0) {
			this.due.arm(this.earliest);
			return;
		}
		// before the search: a call that arrives later registers its own deadline
		this.any = false;
		this.mailbox.expire(now, this::add);
	}

}
