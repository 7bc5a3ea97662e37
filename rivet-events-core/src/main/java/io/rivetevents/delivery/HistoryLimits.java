/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.time.Duration;

import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.rivetevents.contract.History;

/**
 * Limits of the recorded events of an instance, for clients that resume.
 *
 * @param maxEvents most events
 * @param maxBytes most bytes, as counted by the history
 * @param maxAge longest time
 * @param durable whether the events are stored before they are sent
 */
public record HistoryLimits(int maxEvents, long maxBytes, Duration maxAge, boolean durable) {

	/** Default values. */
	public static final HistoryLimits DEFAULTS = new HistoryLimits(1000, 1024 * 1024, Duration.ofMinutes(2), false);

	/** Times are counted in nanoseconds. */
	private static final Duration LONGEST = Duration.ofDays(36_500);

	/**
	 * Creates limits of events that are kept in memory only.
	 */
	public HistoryLimits(int maxEvents, long maxBytes, Duration maxAge) {
		this(maxEvents, maxBytes, maxAge, false);
	}

	/**
	 * Returns these limits with those that an annotation sets.
	 * @throws IllegalArgumentException if one of them is invalid
	 */
	public HistoryLimits with(History own) {
		int maxEvents = (own.maxEvents() != Integer.MIN_VALUE) ? own.maxEvents() : this.maxEvents;
		Assert.isTrue(maxEvents >= 0,
				() -> "@History(maxEvents = %d) must not be negative: use 0 for no history".formatted(maxEvents));
		Duration maxAge = StringUtils.hasText(own.maxAge()) ? parse(own.maxAge()) : this.maxAge;
		return new HistoryLimits(maxEvents, this.maxBytes, maxAge, this.durable || own.durable());
	}

	private static Duration parse(String text) {
		try {
			Duration duration = DurationFormatterUtils.detectAndParse(text);
			if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
				return duration;
			}
		}
		catch (IllegalArgumentException ex) {
			// rejected below
		}
		throw new IllegalArgumentException(
				"\"%s\" is not a valid duration: use a value such as 30s or 5m".formatted(text));
	}

	/**
	 * Returns whether events are stored before they are sent.
	 */
	public boolean isDurable() {
		return this.durable && !isEmpty();
	}

	/**
	 * Returns whether nothing is recorded.
	 */
	public boolean isEmpty() {
		return this.maxEvents <= 0 || this.maxBytes <= 0 || this.maxAge.isNegative() || this.maxAge.isZero();
	}

}
