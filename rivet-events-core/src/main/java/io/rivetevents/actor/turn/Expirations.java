package io.rivetevents.actor.turn;

import io.rivetevents.limit.PendingCall;

/**
 * Times out the calls that wait in one mailbox. It looks at them only when the earliest
 * time-out has come, which hardly ever happens. Safe for use by several threads.
 */
public final class Expirations {

	private final Mailbox<?> mailbox;

	private volatile boolean any;

	private volatile long earliest;

	public Expirations(Mailbox<?> mailbox) {
		this.mailbox = mailbox;
	}

	/** Notes a call that has been put into the mailbox. */
	public void add(PendingCall call) {
		if (call.hasDeadline() && isEarlier(call.deadline())) {
			setEarliest(call.deadline());
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
		if (this.any && now - this.earliest >= 0) {
			// before the look: a call that comes after it notes its own time-out
			this.any = false;
			this.mailbox.expire(now, this::add);
		}
	}

}
