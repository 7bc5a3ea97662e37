package io.rivetevents.actor.turn;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Watches a method that runs on a thread of its own time: the first of its end and its
 * time-out wins. The thread is interrupted only while the method runs, never afterwards.
 */
public final class MethodTimeout {

	private static final int RUNNING = 0;

	private static final int EXPIRING = 1;

	private static final int EXPIRED = 2;

	private static final int ENDED = 3;

	private final AtomicInteger phase = new AtomicInteger(RUNNING);

	private final Thread thread = Thread.currentThread();

	private final long deadline;

	private final Runnable onTimeout;

	/**
	 * Watch what the current thread is about to do.
	 * @param deadline time in nanoseconds at which it is too late
	 * @param onTimeout called by the thread that notices
	 */
	public MethodTimeout(long deadline, Runnable onTimeout) {
		this.deadline = deadline;
		this.onTimeout = onTimeout;
	}

	/**
	 * Returns whether there was still time for the method to begin. What comes too late
	 * from now on interrupts it.
	 */
	public boolean isInTime() {
		return this.phase.get() == RUNNING;
	}

	/**
	 * Interrupts the thread if it is too late.
	 * @return whether it is
	 */
	public boolean check(long now) {
		boolean late = now - this.deadline >= 0;
		if (late) {
			expire(this.onTimeout);
		}
		return late;
	}

	/** Returns the time in nanoseconds at which it is too late. */
	public long deadline() {
		return this.deadline;
	}

	/**
	 * Interrupt the thread, if the method has not ended.
	 * @param onExpiry what to do then, before anything else
	 * @return whether it had not ended
	 */
	public boolean expire(Runnable onExpiry) {
		if (!this.phase.compareAndSet(RUNNING, EXPIRING)) {
			return false;
		}
		try {
			onExpiry.run();
			this.thread.interrupt();
		}
		finally {
			this.phase.set(EXPIRED);
		}
		return true;
	}

	/**
	 * The method has ended.
	 * @return whether it was in time
	 */
	public boolean end() {
		if (this.phase.compareAndSet(RUNNING, ENDED)) {
			return true;
		}
		// between the time-out and the interrupt: wait, or the next turn gets it
		while (this.phase.get() != EXPIRED) {
			Thread.onSpinWait();
		}
		Thread.interrupted();
		return false;
	}

}
