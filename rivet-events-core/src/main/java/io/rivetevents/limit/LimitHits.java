package io.rivetevents.limit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts how often each bound was met since the start of the node. Safe for use by
 * several threads.
 *
 * @since 0.1.0
 */
public final class LimitHits {

	private static final long TELL_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final Map<Limit, LongAdder> counts = new EnumMap<>(Limit.class);

	private final Map<Limit, Long> toldAt = new ConcurrentHashMap<>();

	LimitHits() {
		for (Limit limit : Limit.values()) {
			this.counts.put(limit, new LongAdder());
		}
	}

	/**
	 * Counts one more refusal, drop or close at a bound.
	 */
	public void add(Limit limit) {
		counter(limit).increment();
	}

	/**
	 * Counts one more refusal, drop or close at a bound.
	 * @return whether to log it: true once a minute
	 */
	public boolean addAndTell(Limit limit) {
		add(limit);
		long now = System.nanoTime();
		Long before = this.toldAt.get(limit);
		if (before == null) {
			return this.toldAt.putIfAbsent(limit, now) == null;
		}
		return now - before >= TELL_EVERY_NANOS && this.toldAt.replace(limit, before, now);
	}

	/**
	 * Returns how often a bound was met.
	 */
	public long count(Limit limit) {
		return counter(limit).sum();
	}

	private LongAdder counter(Limit limit) {
		LongAdder counter = this.counts.get(limit);
		if (counter == null) {
			throw new IllegalArgumentException("No counter of " + limit);
		}
		return counter;
	}

}
