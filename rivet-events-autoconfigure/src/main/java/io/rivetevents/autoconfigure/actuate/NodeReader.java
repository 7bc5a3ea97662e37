/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.Backplane;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.outbox.StoredOutbox;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.inspection.ActorCounts;
import io.rivetevents.placement.inspection.Inspection;
import io.rivetevents.placement.inspection.NodeCounts;
import io.rivetevents.scheduling.ActorWorkers;

/**
 * Describes this node. Safe for use by several threads.
 */
final class NodeReader {

	/** Owners of each limit that are shown. */
	private static final int MOST_OWNERS = 10;

	private final LocalNode node;

	private final ActorTypes types;

	private final OutboundRegistry connections;

	private final Limits limits;

	private final ActorStateStore store;

	private final Backplane backplane;

	private final Scheduler workers;

	private final Inspection inspection;

	private final DeliveryQueries deliveries;

	private final Neighbours neighbours;

	/**
	 * What an application may not have.
	 *
	 * @param queues the queues of its connections, {@code null} without a web server
	 * @param outbox its outbox, {@code null} if it has none
	 * @param cluster its cluster, {@code null} if it has none
	 */
	record Neighbours(@Nullable QueuedTotal queues, @Nullable StoredOutbox outbox,
			ClusterDescription.@Nullable Source cluster) {
	}

	NodeReader(LocalNode node, ActorTypes types, Inspection inspection, DeliveryQueries deliveries,
			OutboundRegistry connections, Limits limits, ActorStateStore store, Backplane backplane, Scheduler workers,
			Neighbours neighbours) {
		this.node = node;
		this.types = types;
		this.inspection = inspection;
		this.deliveries = deliveries;
		this.connections = connections;
		this.limits = limits;
		this.store = store;
		this.backplane = backplane;
		this.workers = workers;
		this.neighbours = neighbours;
	}

	NodeDescription read() {
		Neighbours neighbours = this.neighbours;
		NodeCounts counts = this.inspection.count();
		return new NodeDescription(
				new NodeDescription.Node(this.connections.node(), Version.get(), this.node.isDraining()),
				actors(counts), counts.namespaces(),
				new NodeDescription.Connections(this.connections.size(), this.connections.members().size(),
						this.limits.settings().node().connections()),
				limits(), queues(), workers(),
				new NodeDescription.Store(this.store.getClass().getSimpleName(), this.store.isPersistent()),
				this.node.schedules(), (neighbours.outbox() != null) ? neighbours.outbox().status() : null,
				(this.backplane instanceof LocalBackplane) ? null : this.backplane.status(),
				(neighbours.cluster() != null) ? neighbours.cluster().description().get() : null,
				this.deliveries.describe());
	}

	private Map<String, ActorCounts> actors(NodeCounts counts) {
		Map<String, ActorCounts> actors = new TreeMap<>(counts.actors());
		this.types.names().forEach((name) -> actors.putIfAbsent(name, ActorCounts.NONE));
		return actors;
	}

	private List<NodeDescription.LimitUse> limits() {
		Map<Limit, ByteBudget> budgets = new EnumMap<>(Limit.class);
		this.limits.budgets().forEach((budget) -> budgets.put(budget.limit(), budget));
		List<NodeDescription.LimitUse> uses = new ArrayList<>();
		Stream.of(Limit.values())
			.filter((limit) -> budgets.containsKey(limit) || this.limits.hits().count(limit) > 0)
			.forEach((limit) -> uses.add(use(limit, budgets.get(limit))));
		return uses;
	}

	private NodeDescription.LimitUse use(Limit limit, @Nullable ByteBudget budget) {
		return new NodeDescription.LimitUse(name(limit), this.limits.hits().count(limit),
				(budget != null) ? budget.used() : null, (budget != null) ? budget.max() : null);
	}

	/**
	 * Returns the owners that use most of each limit.
	 * @param shown whether to show their names
	 */
	LimitList owners(boolean shown) {
		Map<Limit, List<LimitList.Use>> owners = new EnumMap<>(Limit.class);
		this.limits.largest(MOST_OWNERS)
			.forEach((use) -> owners.computeIfAbsent(use.limit(), (limit) -> new ArrayList<>())
				.add(new LimitList.Use(shown ? use.owner() : null, use.used(), use.max())));
		return new LimitList(owners.entrySet()
			.stream()
			.map((entry) -> new LimitList.UsedLimit(name(entry.getKey()), entry.getValue()))
			.toList());
	}

	/** Returns the property of a limit, so that one finds what to set. */
	static String name(Limit limit) {
		return limit.property().isEmpty() ? limit.name().toLowerCase(Locale.ROOT).replace('_', '-') : limit.property();
	}

	private NodeDescription.@Nullable Queues queues() {
		QueuedTotal queues = this.neighbours.queues();
		return (queues != null) ? new NodeDescription.Queues(this.limits.queued().used(), this.limits.queued().max(),
				queues.largest(), queues.dropped(), queues.written()) : null;
	}

	private NodeDescription.@Nullable Workers workers() {
		return (this.workers instanceof ActorWorkers threads)
				? new NodeDescription.Workers(threads.busy(), threads.maxThreads(), threads.waiting()) : null;
	}

}
