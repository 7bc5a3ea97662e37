package io.rivetevents.connection;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * A call that waits for its turn or runs. Safe for use by several threads.
 */
public final class PendingCall {

	private final @Nullable Long deadline;

	private boolean cancelled;

	private @Nullable Runnable onCancel;

	PendingCall(@Nullable Long deadline) {
		this.deadline = deadline;
	}

	/**
	 * Return the time that is left.
	 * @param now the time in nanoseconds
	 * @return not positive if nobody needs the answer any more; {@code null} without a
	 * deadline
	 */
	public @Nullable Duration left(long now) {
		return (this.deadline != null) ? Duration.ofNanos(this.deadline - now) : null;
	}

	/**
	 * Return whether the client has cancelled it.
	 */
	public synchronized boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Set what ends it when the client cancels it; done at once if it has.
	 */
	public void onCancel(Runnable end) {
		synchronized (this) {
			if (!this.cancelled) {
				this.onCancel = end;
				return;
			}
		}
		end.run();
	}

	void cancel(Scheduler workers) {
		Runnable end;
		synchronized (this) {
			this.cancelled = true;
			end = this.onCancel;
			this.onCancel = null;
		}
		if (end != null) {
			workers.schedule(end);
		}
	}

}
