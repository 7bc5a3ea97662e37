/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.explain.DeliveryFilter;
import io.rivetevents.explain.DeliveryLog;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.inspection.Recordings;

/**
 * Records and explains the deliveries of the events of single instances. Safe for use by
 * several threads.
 */
final class DeliveryQueries {

	private static final int DEFAULT_LIMIT = 100;

	private static final int DEFAULT_SECONDS = 60;

	private final Recordings recordings;

	private final ActorTypes types;

	private final Scheduler workers;

	/**
	 * Creates the queries.
	 * @param workers scheduler that reads the deliveries
	 */
	DeliveryQueries(Recordings recordings, ActorTypes types, Scheduler workers) {
		this.recordings = recordings;
		this.types = types;
		this.workers = workers;
	}

	/** Returns how many instances are recorded, or that all are. */
	NodeDescription.Deliveries describe() {
		return new NodeDescription.Deliveries(this.recordings.areForAll(), this.recordings.size());
	}

	/** Explains the last deliveries of an instance; empty if there is no such actor. */
	Mono<DeliveryList> explain(ActorAddress address, ViewRequest request) {
		if (this.types.find(address.name()) == null) {
			return Mono.empty();
		}
		Integer wanted = request.limit();
		int limit = Parameters.between("limit", (wanted != null) ? wanted : DEFAULT_LIMIT, 1,
				DeliveryLog.MAX_DELIVERIES);
		DeliveryFilter filter = new DeliveryFilter(address, request.event(), request.position(), request.connection());
		return Mono.fromSupplier(() -> explain(filter, limit)).subscribeOn(this.workers);
	}

	private DeliveryList explain(DeliveryFilter filter, int limit) {
		return new DeliveryList(isRecorded(filter.actor()), this.recordings.endOf(filter.actor()),
				this.recordings.log().newest(filter, limit).deliveries().stream().map(DeliveryList.Entry::of).toList());
	}

	private boolean isRecorded(ActorAddress address) {
		return this.recordings.areForAll() || this.recordings.endOf(address) != null;
	}

	/**
	 * Records the deliveries of an instance; empty if it is not in memory.
	 * @param seconds how long, {@code null} for a minute
	 */
	Mono<Map<String, Object>> record(ActorAddress address, @Nullable Integer seconds) {
		int max = (int) Recordings.MAX_DURATION.toSeconds();
		int duration = Parameters.between("seconds", (seconds != null) ? seconds : DEFAULT_SECONDS, 1, max);
		Duration time = Duration.ofSeconds(duration);
		return this.recordings.areForAll() ? keepTurns(address, time) : begin(address, time);
	}

	private Mono<Map<String, Object>> keepTurns(ActorAddress address, Duration duration) {
		return Mono.fromSupplier(() -> this.recordings.keepTurns(address, duration) ? Map.of("recorded", true) : null);
	}

	private Mono<Map<String, Object>> begin(ActorAddress address, Duration duration) {
		return this.recordings.record(address, duration)
			.<Map<String, Object>>map((end) -> Map.of("recorded", true, "recordedUntil", end))
			.onErrorMap(IllegalStateException.class, (ex) -> Parameters.invalid(String.valueOf(ex.getMessage())));
	}

}
