/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts how often each limit was reached since the start of the node. Safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
public final class LimitHits {

	private static final long TELL_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final Map<Limit, LongAdder> counts = new EnumMap<>(Limit.class);

	private final Map<Limit, Long> toldAt = new ConcurrentHashMap<>();

	private final LongSupplier clock;

	private final Log logger;

	/**
	 * Creates counters of a node that has reached no limit.
	 * @param clock returns the time in nanoseconds
	 */
	LimitHits(LongSupplier clock) {
		this(clock, LogFactory.getLog(LimitHits.class));
	}

	LimitHits(LongSupplier clock, Log logger) {
		this.clock = clock;
		this.logger = logger;
		for (Limit limit : Limit.values()) {
			this.counts.put(limit, new LongAdder());
		}
	}

	/**
	 * Counts a rejection, drop or close because of a limit. A limit for all clients of
	 * the node is logged once a minute: a larger value, or more memory, avoids it.
	 */
	public void add(Limit limit) {
		counter(limit).increment();
		if (limit.isOfNode() && isDue(limit)) {
			this.logger.warn(
					"Limit rivet.events.%s of this node was reached, %d times since the start. Increase it%s, or start more nodes"
						.formatted(limit.property(), count(limit), limit.isRate() ? "" : " or the heap"));
		}
	}

	/**
	 * Counts a rejection, drop or close because of a limit.
	 * @return whether to log it: {@code true} once a minute
	 */
	public boolean addAndTell(Limit limit) {
		counter(limit).increment();
		return isDue(limit);
	}

	private boolean isDue(Limit limit) {
		long now = this.clock.getAsLong();
		Long before = this.toldAt.get(limit);
		if (before == null) {
			return this.toldAt.putIfAbsent(limit, now) == null;
		}
		return now - before >= TELL_EVERY_NANOS && this.toldAt.replace(limit, before, now);
	}

	/**
	 * Returns how often a limit was reached.
	 */
	public long count(Limit limit) {
		return counter(limit).sum();
	}

	private LongAdder counter(Limit limit) {
		LongAdder counter = this.counts.get(limit);
		if (counter == null) {
			throw new IllegalArgumentException("There is no counter for " + limit);
		}
		return counter;
	}

}
