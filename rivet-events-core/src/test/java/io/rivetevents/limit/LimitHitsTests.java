/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.apache.commons.logging.impl.NoOpLog;
import org.assertj.core.api.InstanceOfAssertFactories;
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

	@Test
	void warnsOfALimitOfTheNodeOnceAMinute() {
		AtomicLong time = new AtomicLong();
		List<String> warnings = new ArrayList<>();
		LimitHits hits = new LimitHits(time::get, new NoOpLog() {

			@Override
			public void warn(Object message) {
				warnings.add(message.toString());
			}

		});
		for (Limit limit : Limit.values()) {
			hits.add(limit);
			hits.add(limit);
		}
		assertThat(warnings).hasSize((int) Stream.of(Limit.values()).filter(Limit::isOfNode).count())
			.anyMatch(
					(text) -> text.contains("rivet.events.limits.node.connections of this node was reached, 1 times"));
		time.addAndGet(Duration.ofMinutes(1).toNanos());
		warnings.clear();
		hits.add(Limit.NODE_QUEUED);
		hits.add(Limit.CONNECTION_QUEUED);
		assertThat(warnings).singleElement(InstanceOfAssertFactories.STRING)
			.contains("queued-size", "3 times", "Increase it or the heap");
		warnings.clear();
		hits.add(Limit.NODE_CALL_RATE);
		assertThat(warnings).singleElement(InstanceOfAssertFactories.STRING)
			.endsWith("Increase it, or start more nodes");
	}

}
