package io.rivetevents.actor.turn;

import io.rivetevents.limit.PendingCall;
import io.rivetevents.scheduling.DueQueue;

/**
 * Times out the calls that wait in one mailbox. It looks at them only when the earliest
 * time-out has come, which hardly ever happens. Safe for use by several threads.
 */
public final class Expirations {

	private final Mailbox<?> mailbox;

	private final DueQueue.Entry due;

	private volatile boolean any;

	private volatile long earliest;

	/**
	 * Creates time-outs.
	 * @param mailbox where the calls wait
	 * @param due has {@link #check} called when the earliest time-out comes
	 */
	public Expirations(Mailbox<?> mailbox, DueQueue.Entry due) {
		this.mailbox = mailbox;
		this.due = due;
	}

	/** Notes a call that has been put into the mailbox. */
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

	/** Refuses what has timed out. */
	public void check(long now) {
		if (!this.any) {
			return;
		}
		if (now - this.earliest < 0) {
			this.due.arm(this.earliest);
			return;
		}
		// before the look: a call that comes after it notes its own time-out
		this.any = false;
		this.mailbox.expire(now, this::add);
	}

}
