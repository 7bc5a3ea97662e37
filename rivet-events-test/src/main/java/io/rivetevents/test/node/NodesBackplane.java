/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import reactor.core.publisher.Mono;

import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.NodeCommand;

/**
 * Brings what the application sends through {@code Connections} to the clients of all
 * nodes of a test, and queries these, at once and in the calling thread. A partition has
 * no effect on it.
 */
public final class NodesBackplane implements Backplane, OtherNodes {

	private final Supplier<TestNodes> nodes;

	private final AtomicLong published = new AtomicLong();

	private volatile boolean started;

	/**
	 * Creates a backplane.
	 * @param nodes the nodes; resolved when something is published
	 */
	public NodesBackplane(Supplier<TestNodes> nodes) {
		this.nodes = nodes;
	}

	@Override
	public void start(Consumer<AddressedEvent> receiver) {
		this.started = true;
	}

	@Override
	public void stop() {
		this.started = false;
	}

	@Override
	public void publish(AddressedEvent dispatch) {
		Backplane.checkTravels(dispatch);
		this.published.incrementAndGet();
		this.nodes.get().others().forEach((registry) -> registry.members().dispatch(dispatch));
	}

	@Override
	public boolean carriesCommands() {
		return true;
	}

	@Override
	public void publish(NodeCommand command) {
		this.published.incrementAndGet();
		this.nodes.get().others().forEach((registry) -> new NodeCommands(registry, new LocalBackplane(), () -> {
		}).send(command));
	}

	@Override
	public Map<String, Mono<NodeAnswer>> ask(NodeQuery query, Duration timeout) {
		return this.nodes.get()
			.others()
			.stream()
			.collect(Collectors.toMap(OutboundRegistry::node,
					(registry) -> Mono.fromSupplier(() -> NodeQueries.answer(registry, query))));
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.started, this.published.get(), 0, 0, 0, 0, 0);
	}

}
