/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LimitHitsTests {

	@Test
	void logsALimitOnceAMinuteOfItsClock() {
		AtomicLong time = new AtomicLong();
		LimitHits hits = new Limits(LimitSettings.DEFAULTS, time::get).hits();
		assertThat(hits.addAndTell(Limit.OUTGOING_SIZE)).isTrue();
		time.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
		assertThat(hits.addAndTell(Limit.OUTGOING_SIZE)).isFalse();
		time.incrementAndGet();
		assertThat(hits.addAndTell(Limit.OUTGOING_SIZE)).isTrue();
		assertThat(hits.count(Limit.OUTGOING_SIZE)).isEqualTo(3);
	}

}
