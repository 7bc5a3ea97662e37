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
 * Has others look after what goes on, every {@value #PERIOD_MILLIS} milliseconds, and
 * rests when nothing does. One timer for all of them that goes on for a while: to wake a
 * thread for each look of each would cost more than what they see to.
 */
public final class StallChecks {

	private static final Log logger = LogFactory.getLog(StallChecks.class);

	/** Milliseconds from one look to the next. */
	static final long PERIOD_MILLIS = 5;

	/** Looks at nothing before it rests. */
	private static final int MAX_IDLE = 20;

	private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

	private final AtomicBoolean beating = new AtomicBoolean();

	private final Scheduler timers;

	/** Of the thread of the timers. */
	private int idle;

	/** Looks after something. */
	@FunctionalInterface
	public interface Watcher {

		/**
		 * Have a look. On the thread of the timers; must not block.
		 * @return whether there still is something to look after
		 */
		boolean look();

	}

	StallChecks(Scheduler timers) {
		this.timers = timers;
	}

	/**
	 * Add one who looks, whenever somebody has begun something.
	 */
	public void add(Watcher watcher) {
		this.watchers.add(watcher);
	}

	/** There is something to look after, from now on. By any thread. */
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
			logger.debug("The timers have ended, and the application with them", ex);
		}
		catch (Throwable ex) {
			this.beating.set(false); // the next one that begins something tries again
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
			begin(); // who came right now found it beating
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
			logger.error("What was to be looked after will be looked at again", ex);
			return true;
		}
	}

}
