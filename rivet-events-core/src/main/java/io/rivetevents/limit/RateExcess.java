/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.Map;

import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * A call or another message beyond a rate.
 *
 * @param limit the rate
 * @param perSecond what the rate permits in a second
 * @param nanos time in nanoseconds in which the rate permits what was rejected
 * @param delay time until it is within the rate
 */
public record RateExcess(Limit limit, long perSecond, long nanos, Duration delay) {

	private static final String RETRY_AFTER = "retryAfter";

	/**
	 * Returns the error for the client, with the time to wait in milliseconds.
	 */
	public RivetException toError() {
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), Map.of("channel",
				this.limit.property(), "operation", "action", RETRY_AFTER, this.delay.toMillis() + 1));
	}

	/**
	 * Returns the time to wait that an error has in its metadata, as the seconds of the
	 * header {@code Retry-After}; 0 if it has none.
	 * @param ex the error, which may be from another node
	 */
	public static long retrySeconds(RivetException ex) {
		long millis = 0;
		if (ex.metadata() instanceof JsonNode metadata) {
			millis = metadata.path(RETRY_AFTER).asLong(0);
		}
		else if (ex.metadata() instanceof Map<?, ?> metadata && metadata.get(RETRY_AFTER) instanceof Number number) {
			millis = number.longValue();
		}
		return Math.max((millis + 999) / 1000, 0);
	}

}
