/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.test.network.NetworkNode;
import io.rivetevents.test.network.SimulatedNetwork;

/**
 * Joins the nodes of a test as the cluster module does, over a network in memory. After a
 * change of nodes one node after the other receives its view, and does what follows from
 * it, so that each run of a test is the same.
 */
final class ClusterNetwork implements NodeNetwork {

	private final SimulatedNetwork network = SimulatedNetwork.immediate();

	/** By the names of the nodes, in the order in which they were created. */
	private final Map<String, HeldEngine> engines = new LinkedHashMap<>();

	private final ValueMapper mapper;

	private final PrincipalCodec principals;

	private final Runnable settle;

	/**
	 * Creates a network without nodes.
	 * @param mapper converts the details of errors
	 * @param principals writes and reads the users of other nodes
	 * @param settle waits until no node has anything to do
	 */
	ClusterNetwork(ValueMapper mapper, PrincipalCodec principals, Runnable settle) {
		this.mapper = mapper;
		this.principals = principals;
		this.settle = settle;
	}

	@Override
	public Member member(String name, Scheduler timers) {
		HeldEngine engine = new HeldEngine(this.network.engine(name));
		this.engines.put(name, engine);
		return new ClusterMember(this, new NetworkNode(engine, name, timers));
	}

	@Override
	public void kill(String name) {
		this.engines.remove(name);
		change(() -> this.network.kill(name), this.engines.keySet());
	}

	/**
	 * The smaller part is first: it has stopped its instances before others take them.
	 */
	@Override
	public void partition(Set<String> names) {
		Set<String> others = new LinkedHashSet<>(this.engines.keySet());
		others.removeAll(names);
		boolean smaller = names.size() <= others.size();
		Set<String> order = new LinkedHashSet<>(smaller ? names : others);
		order.addAll(smaller ? others : names);
		change(() -> this.network.partition(names), order);
	}

	@Override
	public void heal() {
		change(this.network::heal, this.engines.keySet());
	}

	private void change(Runnable change, Set<String> order) {
		List<HeldEngine> engines = order.stream().map(this.engines::get).toList();
		engines.forEach(HeldEngine::hold);
		change.run();
		engines.forEach((engine) -> {
			engine.release();
			this.settle.run();
		});
	}

	private void join(NetworkNode node, NetworkNode.Parts parts) {
		Set<String> others = new LinkedHashSet<>(this.engines.keySet());
		others.remove(node.membership().self());
		change(() -> node.join(parts), others);
	}

	/**
	 * A node in the network.
	 *
	 * @param network the network
	 * @param node the node
	 */
	private record ClusterMember(ClusterNetwork network, NetworkNode node) implements Member {

		@Override
		public Ownership ownership() {
			return this.node.ownership();
		}

		@Override
		public ActorDirectory directory() {
			return this.node.directory();
		}

		/** Workers send: they are never the caller's thread, and are counted. */
		@Override
		public void join(LocalNode local, OutboundRegistry registry, Scheduler workers) {
			this.network.join(this.node, new NetworkNode.Parts(local, registry, this.network.mapper,
					this.network.principals, workers, workers::schedule, PeerSettings.DEFAULT.maxBacklog()));
		}

		@Override
		public @Nullable String owner(ActorAddress address) {
			return this.node.membership().owner(address);
		}

		@Override
		public int size() {
			return this.node.membership().nodes().size();
		}

		@Override
		public Mono<Void> handOver() {
			return this.node.cluster().handOver(NetworkNode.LEAVE_TIMEOUT);
		}

		@Override
		public void stop() {
			this.node.cluster().stop();
			this.network.engines.remove(this.node.membership().self());
		}

	}

}
