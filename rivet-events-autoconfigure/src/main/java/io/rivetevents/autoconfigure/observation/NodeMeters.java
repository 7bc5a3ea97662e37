/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.Locale;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.scheduling.ActorWorkers;

/**
 * Gauges and counters of a node that are read when the meters are exported, and cost
 * nothing otherwise.
 */
final class NodeMeters implements MeterBinder {

	private final LocalNode node;

	private final Snapshot<AwakeInstances> awake;

	private final OutboundRegistry connections;

	private final Limits limits;

	private final @Nullable QueuedTotal queues;

	private final Scheduler workers;

	/**
	 * Creates the meters.
	 * @param node the node
	 * @param awake its instances
	 * @param connections its connections
	 * @param limits its limits
	 * @param queues the queues of its connections, {@code null} without a web server
	 * @param workers the scheduler of its turns
	 */
	NodeMeters(LocalNode node, Snapshot<AwakeInstances> awake, OutboundRegistry connections, Limits limits,
			@Nullable QueuedTotal queues, Scheduler workers) {
		this.node = node;
		this.awake = awake;
		this.connections = connections;
		this.limits = limits;
		this.queues = queues;
		this.workers = workers;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		bindInstances(registry);
		bindLimits(registry);
		if (this.queues != null) {
			bindConnections(registry);
			bindQueues(registry, this.queues);
		}
		if (this.workers instanceof ActorWorkers threads) {
			RivetMeter.WORKERS_BUSY.gauge(registry, threads, ActorWorkers::busy);
			RivetMeter.WORKERS_MAX.gauge(registry, threads, ActorWorkers::maxThreads);
			RivetMeter.WORKERS_WAITING.gauge(registry, threads, ActorWorkers::waiting);
		}
	}

	private void bindInstances(MeterRegistry registry) {
		RivetMeter.TURNS_PENDING.gauge(registry, this.awake, (awake) -> awake.get().turns());
		RivetMeter.TURNS_PENDING_LARGEST.gauge(registry, this.awake, (awake) -> awake.get().mostTurns());
		RivetMeter.INSTANCES_SLEEPING.gauge(registry, this.node, LocalNode::sleeping);
	}

	private void bindConnections(MeterRegistry registry) {
		Snapshot<OpenConnections> open = new Snapshot<>(() -> new OpenConnections(this.connections.outbounds()),
				registry.config().clock());
		for (Encoding encoding : Encoding.values()) {
			String transport = (encoding == Encoding.EVENT_STREAM) ? "sse" : "websocket";
			OpenConnections.Kind kind = new OpenConnections.Kind(transport, encoding);
			RivetMeter.CONNECTIONS.gauge(registry, this, (node) -> open.get().count(kind), transport, encoding.label());
		}
		RivetMeter.CONNECTIONS_MAX.gauge(registry, this.limits, (limits) -> limits.settings().node().connections());
	}

	private static void bindQueues(MeterRegistry registry, QueuedTotal queues) {
		RivetMeter.EVENTS_DROPPED.count(registry, queues, QueuedTotal::dropped);
		RivetMeter.QUEUES_WRITTEN.count(registry, queues, QueuedTotal::written);
		RivetMeter.QUEUES_LARGEST.gauge(registry, queues, QueuedTotal::largest);
	}

	private void bindLimits(MeterRegistry registry) {
		for (Limit limit : Limit.values()) {
			RivetMeter.LIMITS_HITS.count(registry, this.limits, (limits) -> limits.hits().count(limit), name(limit));
		}
		for (ByteBudget budget : this.limits.budgets()) {
			RivetMeter.LIMITS_USED.gauge(registry, budget, ByteBudget::used, name(budget.limit()));
			RivetMeter.LIMITS_MAX.gauge(registry, budget, ByteBudget::max, name(budget.limit()));
		}
	}

	/** Returns the property of a limit, so that one finds what to set. */
	static String name(Limit limit) {
		return limit.property().isEmpty() ? limit.name().toLowerCase(Locale.ROOT).replace('_', '-') : limit.property();
	}

}
