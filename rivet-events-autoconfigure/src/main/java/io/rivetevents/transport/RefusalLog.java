package io.rivetevents.transport;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.SafeText;

/**
 * Warns of requests that are refused for where they come from: once a minute for each
 * place, so that whoever can cause it cannot fill the log. Safe for use by several
 * threads.
 */
final class RefusalLog {

	private static final Log logger = LogFactory.getLog(OriginFilter.class);

	private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

	/** Places that are told apart; all others are told together. */
	private static final int MAX_PLACES = 100;

	private static final String OTHERS = "others";

	private final Map<String, Refusals> places = new ConcurrentHashMap<>();

	/** Those of one place since the last warning. */
	private static final class Refusals {

		private long count;

		private long toldAt;

		/** Count one, and return how many there are to tell of; 0 if it is too early. */
		synchronized long add(long now) {
			this.count++;
			if (this.toldAt != 0 && now - this.toldAt < PERIOD_NANOS) {
				return 0;
			}
			long due = this.count;
			this.count = 0;
			this.toldAt = now;
			return due;
		}

	}

	void refused(String what, String value, @Nullable String host, String property) {
		String place = SafeText.of(value);
		boolean known = this.places.containsKey(place) || this.places.size() < MAX_PLACES;
		long due = this.places.computeIfAbsent(known ? place : OTHERS, (key) -> new Refusals()).add(System.nanoTime());
		if (due > 0) {
			logger.warn("Refused %d request(s) of %s \"%s\" for host \"%s\": it is not in %s".formatted(due, what,
					place, SafeText.of(host), property));
		}
	}

}
