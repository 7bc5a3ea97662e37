package io.rivetevents.failure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that a client can bring about as often as it likes: each kind once a
 * minute as an error, with how often it was met since, and every one at debug. Two are of
 * one kind if their exceptions have the same class and were made at the same place. What
 * a message of an exception holds stays on its line. Safe for use by several threads.
 */
public final class RepeatedFailures {

	private static final long PERIOD = Duration.ofMinutes(1).toNanos();

	/**
	 * As many kinds as are told apart within a period: what is beyond is one more kind.
	 */
	private static final int MAX_KINDS = 100;

	/** Between two looks at all kinds. */
	private static final long PAUSE = Duration.ofSeconds(1).toNanos();

	private static final String OTHERS = "";

	private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

	private final Log logger;

	private final LongSupplier nanoTime;

	private @Nullable Long lookedAt;

	/**
	 * Create a log.
	 * @param logger where to log
	 */
	public RepeatedFailures(Log logger) {
		this(logger, System::nanoTime);
	}

	RepeatedFailures(Log logger, LongSupplier nanoTime) {
		this.logger = logger;
		this.nanoTime = nanoTime;
	}

	/**
	 * Log a failure.
	 * @param ex the failure
	 * @param message what has failed
	 */
	public void error(Throwable ex, Supplier<String> message) {
		long more = kind(name(ex)).due(this.nanoTime.getAsLong());
		if (more == 0) {
			this.logger.error(message.get(), LoggedFailure.of(ex));
		}
		else if (more > 0) {
			this.logger.error("%s (and %d times more since it was last logged)".formatted(message.get(), more),
					LoggedFailure.of(ex));
		}
		else if (this.logger.isDebugEnabled()) {
			this.logger.debug(message.get(), LoggedFailure.of(ex));
		}
	}

	/**
	 * Warn of a failure that has no stack worth reading.
	 * @param name its kind, of bounded length
	 * @param message what has failed
	 */
	public void warn(String name, Supplier<String> message) {
		long more = kind(name).due(this.nanoTime.getAsLong());
		if (more == 0) {
			this.logger.warn(message.get());
		}
		else if (more > 0) {
			this.logger.warn("%s (and %d times more since it was last logged)".formatted(message.get(), more));
		}
		else if (this.logger.isDebugEnabled()) {
			this.logger.debug(message.get());
		}
	}

	private Kind kind(String name) {
		Kind known = this.kinds.get(name);
		if (known != null) {
			return known;
		}
		if (this.kinds.size() >= MAX_KINDS) {
			forget();
		}
		return this.kinds.computeIfAbsent((this.kinds.size() < MAX_KINDS) ? name : OTHERS, (key) -> new Kind());
	}

	/** Forgets the kinds whose period is over. What they have counted is logged. */
	private synchronized void forget() {
		long now = this.nanoTime.getAsLong();
		if (this.lookedAt != null && now - this.lookedAt < PAUSE) {
			return;
		}
		this.lookedAt = now;
		this.kinds.forEach((name, kind) -> {
			if (!kind.isOver(now)) {
				return;
			}
			this.kinds.remove(name, kind);
			long more = kind.due(now);
			if (more > 0) {
				this.logger.warn("%d times more since it was last logged: %s".formatted(more,
						name.equals(OTHERS) ? "failures of other kinds" : name));
			}
		});
	}

	private static String name(Throwable ex) {
		StackTraceElement[] trace = ex.getStackTrace();
		return ex.getClass().getName() + ((trace.length > 0) ? " " + trace[0] : "");
	}

	/** Failures of one kind. */
	private static final class Kind {

		private long more;

		private boolean logged;

		private long loggedAt;

		synchronized boolean isOver(long now) {
			return this.logged && now - this.loggedAt >= PERIOD;
		}

		/**
		 * Return how many have not been logged since the last that was, -1 if this one is
		 * not to be, either.
		 */
		synchronized long due(long now) {
			if (this.logged && now - this.loggedAt < PERIOD) {
				this.more++;
				return -1;
			}
			this.logged = true;
			this.loggedAt = now;
			long before = this.more;
			this.more = 0;
			return before;
		}

	}

}
