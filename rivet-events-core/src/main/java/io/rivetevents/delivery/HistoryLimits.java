package io.rivetevents.delivery;

import java.time.Duration;

/**
 * What is kept of the events that were sent, for clients that come back.
 *
 * @param maxEvents most events
 * @param maxBytes most bytes, as {@link EventHistory} counts them
 * @param maxAge longest time
 */
public record HistoryLimits(int maxEvents, long maxBytes, Duration maxAge) {

	/** Values that suit a room of people. */
	public static final HistoryLimits DEFAULTS = new HistoryLimits(1000, 1024 * 1024, Duration.ofMinutes(2));

	/**
	 * Return whether anything is kept.
	 */
	public boolean isEmpty() {
		return this.maxEvents <= 0 || this.maxBytes <= 0 || this.maxAge.isNegative() || this.maxAge.isZero();
	}

}
