/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.rivetevents.explain.Delivery;
import io.rivetevents.protocol.Position;

/**
 * Recorded deliveries of the events of an instance, as the endpoint shows them.
 *
 * @param recorded whether deliveries of the instance are recorded now
 * @param recordedUntil when that ends, {@code null} if it does not
 * @param deliveries the deliveries, the oldest first
 */
record DeliveryList(boolean recorded, @Nullable Instant recordedUntil,
		List<Entry> deliveries) implements OperationResponseBody {

	/**
	 * The delivery of one event to one connection.
	 *
	 * @param event name of the event
	 * @param position its position, {@code null} if it has none
	 * @param sentAt when it was sent
	 * @param connection id of the connection, {@code null} if the event had none
	 * @param user name of its user, {@code null} if it is anonymous
	 * @param steps what has happened
	 */
	record Entry(String event, @Nullable Position position, Instant sentAt, @Nullable String connection,
			@Nullable String user, List<Step> steps) {

		static Entry of(Delivery delivery) {
			return new Entry(delivery.event(), delivery.position(), delivery.sentAt(), delivery.connectionId(),
					delivery.user(), delivery.steps().stream().map(Step::of).toList());
		}

	}

	/**
	 * A step of a delivery.
	 *
	 * @param step its name
	 * @param reason its cause, {@code null} if there is none
	 */
	record Step(String step, @Nullable String reason) {

		static Step of(Delivery.Step step) {
			return new Step(step.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'), step.reason());
		}

	}

}
