/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.time.Clock;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DeliveryRecorder}.
 */
class DeliveryRecorderTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "a");

	private final DeliveryRecorder recorder = new DeliveryRecorder(Clock.systemUTC());

	@Test
	void removesRefusedSubscriptionsWithTheDeliveries() {
		this.recorder.of(ROOM).refused("c1", "one", "audited", "auth.forbidden");
		assertThat(this.recorder.explain("audited").deliveries()).hasSize(1);
		this.recorder.clear();
		assertThat(this.recorder.explain("audited").deliveries()).isEmpty();
	}

}
