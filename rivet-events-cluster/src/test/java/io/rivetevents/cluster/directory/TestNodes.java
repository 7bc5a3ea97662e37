/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.call.Calls;
import io.rivetevents.cluster.call.Rejections;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.link.Links;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.ToServer;

/**
 * Nodes in one process over one store, each with a directory. Frames are delivered by one
 * thread in the order in which they are sent, as bytes. Views are set by the tests.
 */
final class TestNodes implements AutoCloseable {

	private static final FrameCodec CODEC = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));

	private final ExecutorService network = Executors.newSingleThreadExecutor();

	private final Scheduler timers = Schedulers.newSingle("cluster-timers", true);

	private final Scheduler workers = Schedulers.newBoundedElastic(16, 10_000, "cluster-worker", 5, true);

	private final AtomicLong views = new AtomicLong();

	private final Map<String, Node> nodes = new LinkedHashMap<>();

	private final Set<String> dead = ConcurrentHashMap.newKeySet();

	/**
	 * Creates nodes without a view.
	 * @param store the store of all
	 * @param names names of the nodes
	 * @param actors creates the actor beans of a node
	 */
	TestNodes(ActorStateStore store, List<String> names, Function<String, Object[]> actors) {
		names.forEach((name) -> this.nodes.put(name, new Node(name, store, actors.apply(name))));
	}

	Node node(String name) {
		return this.nodes.get(name);
	}

	/** All nodes receive a view of themselves. */
	void join() {
		view(List.copyOf(this.nodes.keySet()), List.copyOf(this.nodes.keySet()));
	}

	/** Some nodes receive a view. */
	void view(List<String> receivers, List<String> members) {
		long number = this.views.incrementAndGet();
		onNetwork(() -> receivers.forEach((name) -> node(name).apply(new ClusterView(number, members, Set.of()))));
	}

	Scheduler timers() {
		return this.timers;
	}

	/** Nothing that a node sends or is sent arrives any more; views are not changed. */
	void silence(String name) {
		this.dead.add(name);
	}

	/**
	 * Ends a node; nothing that it sends afterwards arrives. The others have a view
	 * without it.
	 */
	void kill(String name) {
		this.dead.add(name);
		List<String> rest = this.nodes.keySet().stream().filter((each) -> !this.dead.contains(each)).toList();
		view(rest, rest);
	}

	/** Waits until all that was sent before has arrived. */
	void onNetwork(Runnable work) {
		CountDownLatch done = new CountDownLatch(1);
		this.network.execute(() -> {
			work.run();
			done.countDown();
		});
		try {
			if (!done.await(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The network is busy");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A key of an actor whose instance a node owns. */
	String keyOf(String node, Class<?> actor) {
		for (int i = 0;; i++) {
			String key = "k" + i;
			if (node(node).membership.owns(ActorHarness.address(actor, key))) {
				return key;
			}
		}
	}

	@Override
	public void close() {
		this.nodes.values().forEach((node) -> {
			node.calls.stop();
			node.harness.close();
		});
		this.network.shutdownNow();
		this.timers.dispose();
		this.workers.dispose();
	}

	/** One node. */
	final class Node {

		private final String name;

		final Membership membership;

		final ClusterOwnership ownership;

		final Calls calls;

		final RequestReceiver receiver;

		final ClusterDirectory directory;

		final ActorHarness harness;

		/** Addresses that were woken for an event. */
		final Queue<ActorAddress> woken = new ConcurrentLinkedQueue<>();

		/** Used by the thread of the network. */
		private final Set<String> seen = new HashSet<>();

		Node(String name, ActorStateStore store, Object[] actors) {
			this.name = name;
			this.membership = new Membership(name);
			this.ownership = new ClusterOwnership(this.membership, this::askNode, TestNodes.this.timers, Duration.ZERO);
			this.harness = ActorHarness.withOwnership(this.ownership, store, actors);
			InstanceAddresses addresses = new InstanceAddresses(this.harness.directory());
			ArrivingInstances arriving = new ArrivingInstances(this.membership::expectsInstances,
					(address) -> this.harness.node().isAwake(address), (address) -> {
						this.woken.add(address);
						return this.harness.directory().resolve(new ActorTarget.Get(address));
					}, Duration.ofSeconds(20), TestNodes.this.timers);
			LocalOperations operations = new LocalOperations(this.harness.directory(), addresses, arriving,
					(connect) -> Mono.error(new UnsupportedOperationException()),
					(address) -> this.ownership.release(address, this.harness.node()),
					this.harness.connections().inbound()::receive,
					(query) -> NodeQueries.reply(this.harness.connections(), query));
			this.calls = new Calls(this.membership, this::send, operations::run, Tracing.NONE, CallSettings.DEFAULTS,
					TestNodes.this.timers, TestNodes.this.workers);
			this.receiver = new RequestReceiver(this.membership, addresses, operations::run,
					new Rejections(new ValueMapper(JsonMapper.builder().build())), this::send);
			this.directory = new ClusterDirectory(this.membership, this.harness.directory(),
					this.harness.node()::deliver, addresses, arriving, this.calls, links().clients());
			this.harness.connections().inbound().connect(new RemoteInbound(this.membership, this.calls));
		}

		/** Without clients. */
		private Links links() {
			return new Links(this.membership, this::send, this::askNode, this.harness.directory(),
					this.harness.node()::deliver, this.harness.connections(), TestNodes.this.timers,
					LinkTimes.DEFAULTS);
		}

		private Mono<Result> askNode(String node, Operation operation) {
			return this.calls.askNode(node, operation);
		}

		private boolean send(String node, Frame frame) {
			if (!this.membership.contains(node)) {
				return false;
			}
			byte[] bytes = CODEC.encode(frame);
			TestNodes.this.network.execute(() -> {
				if (!TestNodes.this.dead.contains(this.name) && !TestNodes.this.dead.contains(node)) {
					node(node).received(this.name, Objects.requireNonNull(CODEC.decode(bytes, 0)));
				}
			});
			return true;
		}

		private void received(String node, Frame frame) {
			if (frame instanceof Frame.Request request) {
				this.receiver.received(node, request);
			}
			else if (frame instanceof Frame.Cancel cancel) {
				this.receiver.cancelled(node, cancel);
			}
			else if (frame instanceof Frame.Reply reply) {
				this.calls.received(node, reply);
			}
		}

		private void apply(ClusterView view) {
			Set<String> left = new HashSet<>(this.seen);
			left.removeAll(view.nodes());
			this.seen.clear();
			this.seen.addAll(view.nodes());
			this.membership.apply(view);
			left.forEach((node) -> {
				this.calls.lost(node);
				this.receiver.lost(node);
			});
		}

		ActorTarget target(Class<?> actor, String key) {
			return ActorHarness.target(actor, key);
		}

		ToServer.ActionRequest action(String name, Object... args) {
			return this.harness.request(0, name, args);
		}

	}

}
