/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import io.rivetevents.extension.ActionOutcome;

/**
 * The meters of one actor, for all its instances. Those that are used in each turn are
 * found by at most one look-up in a map. Safe for use by several threads.
 */
final class ActorMeters {

	private final MeterFamily<Counter> opened;

	private final MeterFamily<Counter> closed;

	private final MeterFamily<Counter> resumed;

	private final MeterFamily<Counter> changes;

	private final Timer turns;

	private final Timer waits;

	private final Map<ActionOutcome.Kind, MeterFamily<Timer>> actions = new EnumMap<>(ActionOutcome.Kind.class);

	private final MeterFamily<Counter> invalid;

	private final MeterFamily<Timer> saves;

	private final DistributionSummary sizes;

	private final Counter retries;

	private final Counter schedules;

	/**
	 * Registers the meters.
	 * @param registry the registry
	 * @param actor name of the actor
	 * @param awake the instances of all actors
	 */
	ActorMeters(MeterRegistry registry, String actor, Snapshot<AwakeInstances> awake) {
		RivetMeter.INSTANCES.gauge(registry, awake, (instances) -> instances.get().count(actor), actor);
		this.opened = new MeterFamily<>((value) -> RivetMeter.CONNECTIONS_OPENED.counter(registry, actor, value));
		this.closed = new MeterFamily<>((value) -> RivetMeter.CONNECTIONS_CLOSED.counter(registry, actor, value));
		this.resumed = new MeterFamily<>((value) -> RivetMeter.CONNECTIONS_RESUMED.counter(registry, actor, value));
		this.changes = new MeterFamily<>((value) -> RivetMeter.INSTANCES_CHANGES.counter(registry, actor, value));
		this.turns = RivetMeter.TURNS.timer(registry, actor);
		this.waits = RivetMeter.TURNS_WAIT.timer(registry, actor);
		for (ActionOutcome.Kind kind : ActionOutcome.Kind.values()) {
			String outcome = kind.name().toLowerCase(Locale.ROOT);
			this.actions.put(kind,
					new MeterFamily<>((value) -> RivetMeter.ACTIONS.timer(registry, actor, value, outcome)));
		}
		this.invalid = new MeterFamily<>((value) -> RivetMeter.ACTIONS_INVALID.counter(registry, actor, value));
		this.saves = new MeterFamily<>((value) -> RivetMeter.SAVES.timer(registry, actor, value));
		this.sizes = RivetMeter.SAVES_SIZE.summary(registry, actor);
		this.retries = RivetMeter.SAVES_RETRIES.counter(registry, actor);
		this.schedules = RivetMeter.SCHEDULES_FAILED.counter(registry, actor);
	}

	void opened(String transport) {
		this.opened.of(transport).increment();
	}

	void closed(String reason) {
		this.closed.of(reason).increment();
	}

	void resumed(String outcome) {
		this.resumed.of(outcome).increment();
	}

	/** Counts an instance that has entered or left memory. */
	void changed(String change) {
		this.changes.of(change).increment();
	}

	void turnStarted(Duration waited) {
		this.waits.record(waited);
	}

	void turnEnded(Duration duration) {
		this.turns.record(duration);
	}

	/**
	 * Records a call.
	 * @param action name of the action as declared
	 */
	void actionEnded(String action, ActionOutcome outcome) {
		MeterFamily<Timer> timers = this.actions.get(outcome.kind());
		if (timers != null) {
			timers.of(action).record(outcome.duration());
		}
	}

	void badRequest(String action) {
		this.invalid.of(action).increment();
	}

	void saved(int bytes, Duration duration) {
		this.saves.of("succeeded").record(duration);
		this.sizes.record(bytes);
	}

	void saveFailed(String outcome, Duration duration) {
		this.saves.of(outcome).record(duration);
	}

	void retried() {
		this.retries.increment();
	}

	void scheduleFailed() {
		this.schedules.increment();
	}

}
