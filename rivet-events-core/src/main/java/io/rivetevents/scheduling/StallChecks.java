/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.scheduler.Scheduler;

/**
 * Calls watchers every {@value #PERIOD_MILLIS} milliseconds while they have something to
 * check, and stops when they do not. All watchers share one timer, because waking a
 * thread for each check would cost more than the checks.
 */
public final class StallChecks {

	private static final Log logger = LogFactory.getLog(StallChecks.class);

	/** Milliseconds between two checks. */
	static final long PERIOD_MILLIS = 5;

	/** Number of checks without result after which the timer stops. */
	private static final int MAX_IDLE = 20;

	private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

	private final AtomicBoolean beating = new AtomicBoolean();

	private final Scheduler timers;

	/** Used only by the timer thread. */
	private int idle;

	/** Checks running work. */
	@FunctionalInterface
	public interface Watcher {

		/**
		 * Performs a check on the timer thread; must not block.
		 * @return whether there is still work to check
		 */
		boolean look();

	}

	StallChecks(Scheduler timers) {
		this.timers = timers;
	}

	/**
	 * Adds a watcher, which is called after each {@link #begin}.
	 */
	public void add(Watcher watcher) {
		this.watchers.add(watcher);
	}

	/** Notes that there is work to check. Safe for use by several threads. */
	public void begin() {
		if (!this.beating.get() && this.beating.compareAndSet(false, true)) {
			scheduleNext();
		}
	}

	private void scheduleNext() {
		try {
			this.timers.schedule(this::beat, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("No further checks: the timers have been stopped because the application is shutting down",
					ex);
		}
		catch (Throwable ex) {
			this.beating.set(false); // the next call of begin tries again
			throw ex;
		}
	}

	private void beat() {
		this.idle = look() ? 0 : this.idle + 1;
		if (this.idle < MAX_IDLE) {
			scheduleNext();
		}
		else {
			rest();
		}
	}

	private void rest() {
		this.idle = 0;
		this.beating.set(false);
		if (look()) {
			begin(); // work that began just now found the timer running
		}
	}

	private boolean look() {
		boolean seen = false;
		for (Watcher watcher : this.watchers) {
			seen |= look(watcher);
		}
		return seen;
	}

	private static boolean look(Watcher watcher) {
		try {
			return watcher.look();
		}
		catch (Throwable ex) {
			logger.error("Periodic check failed, will retry", ex);
			return true;
		}
	}

}
