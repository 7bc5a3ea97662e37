/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.Map;

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

	/**
	 * Returns the error for the client, with the time to wait in milliseconds.
	 */
	public RivetException toError() {
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), Map.of("channel",
				this.limit.property(), "operation", "action", "retryAfter", this.delay.toMillis() + 1));
	}

}
