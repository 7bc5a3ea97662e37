/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.time.Clock;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;

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

	@Test
	void returnsTheNewestDeliveriesOfAConnection() {
		for (int i = 1; i <= 4; i++) {
			Sending sending = this.recorder.of(ROOM).at("said", new Position("epoch", i));
			sending.add((i <= 3) ? "c1" : "c2", null, Delivery.Kind.TARGETED, null);
		}
		this.recorder.of(ActorAddress.of("room", "b")).begin("said").add("c1", null, Delivery.Kind.TARGETED, null);
		assertThat(sequences(null, null, null, 2)).containsExactly(3L, 4L);
		assertThat(sequences(null, null, "c1", 2)).containsExactly(2L, 3L);
		assertThat(sequences("said", null, "c2", 2)).containsExactly(4L);
		assertThat(sequences("other", null, null, 2)).isEmpty();
		assertThat(sequences(null, 1L, null, 2)).containsExactly(1L);
	}

	@Test
	void limitsTheDeliveriesOfOneEvent() {
		Sending sending = this.recorder.of(ROOM).begin("said");
		for (int i = 1; i <= 3; i++) {
			sending.add("c" + i, null, Delivery.Kind.TARGETED, null);
		}
		assertThat(this.recorder.newest(new DeliveryFilter(ROOM, null, null, null), 2))
			.extracting(Delivery::connectionId)
			.containsExactly("c2", "c3");
	}

	@Test
	void returnsTheNewestRefusedSubscriptions() {
		this.recorder.of(ROOM).refused("c1", "one", "audited", "auth.forbidden");
		this.recorder.of(ROOM).refused("c2", "two", "audited", "auth.forbidden");
		assertThat(this.recorder.newest(new DeliveryFilter(ROOM, "audited", null, null), 1))
			.extracting(Delivery::connectionId)
			.containsExactly("c2");
		assertThat(this.recorder.newest(new DeliveryFilter(ROOM, "audited", null, "c1"), 1))
			.extracting(Delivery::connectionId)
			.containsExactly("c1");
		assertThat(this.recorder.newest(new DeliveryFilter(ROOM, null, null, null), 1)).isEmpty();
	}

	@Test
	void recordsNoMessagesOfErrors() {
		this.recorder.of(ROOM).begin("one").fail(new IllegalStateException("a secret"));
		this.recorder.of(ROOM).begin("two").fail(new RivetException(ErrorCode.OVERLOADED, "a secret"));
		assertThat(this.recorder.explain(ROOM)).extracting((delivery) -> delivery.reason(Delivery.Kind.FAILED))
			.containsExactly("java.lang.IllegalStateException",
					ErrorCode.OVERLOADED.group() + "." + ErrorCode.OVERLOADED.code());
	}

	@Test
	void countsReasonsAgainstTheBoundOfTheLog() {
		String reason = "x".repeat(1_000);
		for (int i = 0; i < DeliveryLog.MAX_DELIVERIES; i++) {
			Sending sending = this.recorder.of(ROOM).begin("said");
			for (Delivery.Kind kind : Delivery.Kind.values()) {
				sending.add("c", null, kind, reason);
			}
		}
		int shortest = 2 * SafeText.MAX_LENGTH * Delivery.Kind.values().length;
		assertThat(this.recorder.explain(ROOM).deliveries()).isNotEmpty()
			.hasSizeLessThan(DeliveryLog.MAX_BYTES / shortest)
			.allSatisfy((delivery) -> assertThat(delivery.reason(Delivery.Kind.FAILED))
				.hasSizeLessThan(SafeText.MAX_LENGTH + 2));
		this.recorder.clear();
		this.recorder.of(ROOM).begin("said").add("c", null, Delivery.Kind.TARGETED, reason);
		assertThat(this.recorder.explain(ROOM).deliveries()).hasSize(1);
	}

	private List<@Nullable Long> sequences(@Nullable String event, @Nullable Long sequence,
			@Nullable String connectionId, int limit) {
		return this.recorder.newest(new DeliveryFilter(ROOM, event, sequence, connectionId), limit)
			.deliveries()
			.stream()
			.map(Delivery::position)
			.map((position) -> (position != null) ? position.sequence() : null)
			.toList();
	}

}
