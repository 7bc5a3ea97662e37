/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.List;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters, as documented in {@code docs/metrics.md}. Each tag has few values, none of
 * which a client can choose.
 */
enum RivetMeter {

	CONNECTIONS("connections", Meter.Type.GAUGE, null, "Open connections", "transport", "encoding"),

	CONNECTIONS_MAX("connections.max", Meter.Type.GAUGE, null, "Most open connections"),

	CONNECTIONS_OPENED("connections.opened", Meter.Type.COUNTER, null, "Accepted connections", "actor", "transport"),

	CONNECTIONS_CLOSED("connections.closed", Meter.Type.COUNTER, null, "Ended connections", "actor", "reason"),

	CONNECTIONS_REFUSED("connections.refused", Meter.Type.COUNTER, null, "Rejected clients", "reason", "resume"),

	CONNECTIONS_RESUMED("connections.resumed", Meter.Type.COUNTER, null, "Accepted reconnects with a position", "actor",
			"outcome"),

	INSTANCES("instances", Meter.Type.GAUGE, null, "Instances in memory", "actor"),

	INSTANCES_SLEEPING("instances.sleeping", Meter.Type.GAUGE, null,
			"Instances that are not in memory and have open connections"),

	INSTANCES_CHANGES("instances.changes", Meter.Type.COUNTER, null, "Instances that entered or left memory", "actor",
			"change"),

	TURNS("turns", Meter.Type.TIMER, "seconds", "Duration of turns", "actor"),

	TURNS_WAIT("turns.wait", Meter.Type.TIMER, "seconds", "Time of turns in the mailbox", "actor"),

	TURNS_PENDING("turns.pending", Meter.Type.GAUGE, null, "Turns that wait or run"),

	TURNS_PENDING_LARGEST("turns.pending.largest", Meter.Type.GAUGE, null,
			"Turns that wait or run in the fullest mailbox"),

	ACTIONS("actions", Meter.Type.TIMER, "seconds", "Calls of actions", "actor", "action", "outcome"),

	ACTIONS_INVALID("actions.invalid", Meter.Type.COUNTER, null, "Calls with invalid arguments", "actor", "action"),

	EVENTS_SENT("events.sent", Meter.Type.COUNTER, null, "Events that were sent to at least one connection", "actor",
			"event"),

	EVENTS_QUEUED("events.queued", Meter.Type.COUNTER, null, "Events in the queues of connections", "actor", "event"),

	EVENTS_DROPPED("events.dropped", Meter.Type.COUNTER, null, "Messages that were dropped for one connection"),

	EVENTS_SIZE("events.size", Meter.Type.DISTRIBUTION_SUMMARY, "bytes", "Size of encoded events", "encoding"),

	QUEUES_WRITTEN("queues.written", Meter.Type.COUNTER, "bytes", "Bytes of messages that left the queues"),

	QUEUES_LARGEST("queues.largest", Meter.Type.GAUGE, "bytes", "Bytes in the largest queue"),

	SAVES("saves", Meter.Type.TIMER, "seconds", "Saves of instances", "actor", "outcome"),

	SAVES_SIZE("saves.size", Meter.Type.DISTRIBUTION_SUMMARY, "bytes", "Size of saved states", "actor"),

	SAVES_RETRIES("saves.retries", Meter.Type.COUNTER, null, "Saves after a failed save of the same instance", "actor"),

	SCHEDULES_FAILED("schedules.failed", Meter.Type.COUNTER, null, "Times of schedules whose attempts all failed",
			"actor"),

	LIMITS_HITS("limits.hits", Meter.Type.COUNTER, null, "Rejections, drops and closes because of a limit", "limit"),

	LIMITS_USED("limits.used", Meter.Type.GAUGE, "bytes", "Used part of a limit of the node", "limit"),

	LIMITS_MAX("limits.max", Meter.Type.GAUGE, "bytes", "Limit of the node", "limit"),

	WORKERS_BUSY("workers.busy", Meter.Type.GAUGE, null, "Worker threads that run or block"),

	WORKERS_MAX("workers.max", Meter.Type.GAUGE, null, "Most worker threads"),

	WORKERS_WAITING("workers.waiting", Meter.Type.GAUGE, null, "Instances that wait for a worker thread"),

	BACKPLANE_CONNECTED("backplane.connected", Meter.Type.GAUGE, null, "1 if events of other nodes arrive"),

	BACKPLANE_PUBLISHED("backplane.published", Meter.Type.COUNTER, null, "Events that were sent to other nodes"),

	BACKPLANE_RECEIVED("backplane.received", Meter.Type.COUNTER, null, "Events of other nodes"),

	BACKPLANE_UNPUBLISHED("backplane.unpublished", Meter.Type.COUNTER, null, "Events that could not be sent"),

	BACKPLANE_LOST("backplane.lost", Meter.Type.COUNTER, null, "Events of other nodes that were missed"),

	BACKPLANE_INTERRUPTIONS("backplane.interruptions", Meter.Type.COUNTER, null,
			"Interruptions in which events may be missed"),

	BACKPLANE_MALFORMED("backplane.malformed", Meter.Type.COUNTER, null, "Messages that could not be read"),

	CLUSTER_NODES("cluster.nodes", Meter.Type.GAUGE, null, "Joined nodes, this one included"),

	CLUSTER_WAITING("cluster.waiting", Meter.Type.GAUGE, null, "1 if this node runs no instances"),

	CLUSTER_REQUESTS("cluster.requests", Meter.Type.GAUGE, null, "Requests that wait for another node"),

	CLUSTER_LINKS("cluster.links", Meter.Type.GAUGE, null, "Clients whose actor is on another node"),

	CLUSTER_BACKLOG("cluster.backlog", Meter.Type.GAUGE, "bytes", "Messages that wait for other nodes"),

	CLUSTER_FORWARDED("cluster.forwarded", Meter.Type.COUNTER, null, "Requests to other nodes"),

	CLUSTER_INSTANCES("cluster.instances", Meter.Type.COUNTER, null, "Instances that moved between nodes", "change"),

	CLUSTER_RECONNECTED("cluster.reconnected", Meter.Type.COUNTER, null,
			"Clients that were connected to their actor again"),

	CLUSTER_RESYNCED("cluster.resynced", Meter.Type.COUNTER, null, "Those of them that have missed events"),

	CLUSTER_MINORITY("cluster.minority", Meter.Type.COUNTER, null,
			"Times at which this node stopped its instances in the smaller part"),

	OUTBOX("outbox", Meter.Type.COUNTER, null, "Events and calls of the outbox", "outcome");

	private static final String PREFIX = "rivet.";

	private final String id;

	private final Meter.Type type;

	private final @Nullable String unit;

	private final String description;

	private final List<String> tags;

	RivetMeter(String name, Meter.Type type, @Nullable String unit, String description, String... tags) {
		this.id = PREFIX + name;
		this.type = type;
		this.unit = unit;
		this.description = description;
		this.tags = List.of(tags);
	}

	/** Returns the name of the meter. */
	String id() {
		return this.id;
	}

	/** Returns the type of the meter. */
	Meter.Type type() {
		return this.type;
	}

	/** Returns the base unit, {@code null} for a number. */
	@Nullable String unit() {
		return this.unit;
	}

	/** Returns the names of its tags. */
	List<String> tags() {
		return this.tags;
	}

	/**
	 * Returns the counter with the given tags.
	 * @param values values of the tags, in the order of their names
	 */
	Counter counter(MeterRegistry registry, String... values) {
		return Counter.builder(this.id)
			.description(this.description)
			.baseUnit(this.unit)
			.tags(tags(values))
			.register(registry);
	}

	Timer timer(MeterRegistry registry, String... values) {
		return Timer.builder(this.id).description(this.description).tags(tags(values)).register(registry);
	}

	DistributionSummary summary(MeterRegistry registry, String... values) {
		return DistributionSummary.builder(this.id)
			.description(this.description)
			.baseUnit(this.unit)
			.tags(tags(values))
			.register(registry);
	}

	/**
	 * Registers a gauge.
	 * @param source the object to read, to which the registry refers only weakly
	 * @param value reads its value
	 */
	<T> void gauge(MeterRegistry registry, T source, ToDoubleFunction<T> value, String... values) {
		Gauge.builder(this.id, source, value)
			.description(this.description)
			.baseUnit(this.unit)
			.tags(tags(values))
			.register(registry);
	}

	/**
	 * Registers a counter of something that is counted elsewhere.
	 * @param source the object to read, to which the registry refers only weakly
	 * @param count reads its count, which never decreases
	 */
	<T> void count(MeterRegistry registry, T source, ToDoubleFunction<T> count, String... values) {
		FunctionCounter.builder(this.id, source, count)
			.description(this.description)
			.baseUnit(this.unit)
			.tags(tags(values))
			.register(registry);
	}

	private Tags tags(String... values) {
		Tags tags = Tags.empty();
		for (int i = 0; i < values.length; i++) {
			tags = tags.and(Tag.of(this.tags.get(i), values[i]));
		}
		return tags;
	}

}
