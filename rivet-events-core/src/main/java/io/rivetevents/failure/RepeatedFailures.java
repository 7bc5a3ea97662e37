/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.failure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * Logs failures that a client can cause repeatedly. Each kind is logged once a minute as
 * an error, with the number of failures since the last time. Every failure is logged at
 * debug level. Failures are of one kind if their exceptions have the same class and were
 * created at the same place. Messages of exceptions are logged on one line. Safe for use
 * by several threads.
 */
public final class RepeatedFailures {

	private static final long PERIOD = Duration.ofMinutes(1).toNanos();

	/**
	 * Maximum number of kinds in a period. Further failures count as one more kind.
	 */
	private static final int MAX_KINDS = 100;

	/** Time between two searches for kinds to remove. */
	private static final long PAUSE = Duration.ofSeconds(1).toNanos();

	private static final String OTHERS = "";

	private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

	private final Log logger;

	private final LongSupplier nanoTime;

	private @Nullable Long lookedAt;

	/**
	 * Creates a log.
	 * @param logger target of the messages
	 */
	public RepeatedFailures(Log logger) {
		this(logger, System::nanoTime);
	}

	RepeatedFailures(Log logger, LongSupplier nanoTime) {
		this.logger = logger;
		this.nanoTime = nanoTime;
	}

	/**
	 * Logs a failure with its stack trace.
	 * @param ex the failure
	 * @param message what has failed
	 */
	public void error(Throwable ex, Supplier<String> message) {
		long more = kind(name(ex)).due(this.nanoTime.getAsLong());
		if (more == 0) {
			this.logger.error(message.get(), LoggedFailure.of(ex));
		}
		else if (more > 0) {
			this.logger.error("%s (and %d more since it was last logged)".formatted(message.get(), more),
					LoggedFailure.of(ex));
		}
		else if (this.logger.isDebugEnabled()) {
			this.logger.debug(message.get(), LoggedFailure.of(ex));
		}
	}

	/**
	 * Logs a warning without a stack trace.
	 * @param name kind of the failure, of limited length
	 * @param message what has failed
	 */
	public void warn(String name, Supplier<String> message) {
		long more = kind(name).due(this.nanoTime.getAsLong());
		if (more == 0) {
			this.logger.warn(message.get());
		}
		else if (more > 0) {
			this.logger.warn("%s (and %d more since it was last logged)".formatted(message.get(), more));
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

	/** Removes the kinds whose period is over, and logs their counts. */
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
				this.logger.warn("%d more since it was last logged: %s".formatted(more,
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
		 * Returns the number of failures that have not been logged, -1 if this failure is
		 * not to be logged either.
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
