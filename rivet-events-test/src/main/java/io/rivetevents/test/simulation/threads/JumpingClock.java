/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.threads;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The clock of the machine, which is set while the application runs. The timers and the
 * store are not affected.
 */
public final class JumpingClock extends Clock {

	private final Clock time;

	private Duration offset = Duration.ZERO;

	public JumpingClock(Clock time) {
		this.time = time;
	}

	/** Sets its difference from the time that has passed. */
	public void jump(Duration offset) {
		this.offset = offset;
	}

	@Override
	public Instant instant() {
		return this.time.instant().plus(this.offset);
	}

	@Override
	public ZoneId getZone() {
		return this.time.getZone();
	}

	@Override
	public Clock withZone(ZoneId zone) {
		throw new UnsupportedOperationException("The clock of a simulation has one zone");
	}

}
