package io.rivetevents.limit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts how often each bound was met since the start of the node. Safe for use by
 * several threads.
 */
public final class LimitHits {

	private final Map<Limit, LongAdder> counts = new EnumMap<>(Limit.class);

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
