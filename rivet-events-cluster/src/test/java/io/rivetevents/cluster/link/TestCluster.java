/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.limit.Limits;

/**
 * Nodes with links over channels in memory and one store. Everything happens on the
 * thread of the test: frames are delivered by {@link #settle}, time passes by
 * {@link #pass}.
 */
final class TestCluster {

	final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	final List<Node> nodes = new ArrayList<>();

	final List<Frame> sent = new ArrayList<>();

	private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

	private final MemoryActorStateStore store = new MemoryActorStateStore(Limits.defaults().stored(), CLOCK);

	private final Map<String, Deque<Frame>> wires = new LinkedHashMap<>();

	private final Random random;

	private final SmallerPart rule;

	private final LinkTimes times;

	private long views;

	/**
	 * Creates a cluster.
	 * @param nodes number of nodes
	 * @param random chooses which frame arrives first
	 * @param actors creates the actors of a node
	 */
	TestCluster(int nodes, Random random, Supplier<Object[]> actors) {
		this(nodes, random, actors, SmallerPart.GO_ON, LinkTimes.DEFAULTS);
	}

	/**
	 * Creates a cluster.
	 * @param nodes number of nodes
	 * @param random chooses which frame arrives first
	 * @param actors creates the actors of a node
	 * @param rule what a node does in the smaller part of the nodes
	 * @param times how long connections wait
	 */
	TestCluster(int nodes, Random random, Supplier<Object[]> actors, SmallerPart rule, LinkTimes times) {
		this.random = random;
		this.rule = rule;
		this.times = times;
		for (int i = 0; i < nodes; i++) {
			this.nodes.add(new Node(actors.get()));
		}
		showView(this.nodes);
	}

	/** A node of the cluster. */
	final class Node {

		final ActorHarness harness;

		final Membership membership;

		final Links links;

		final Object[] actors;

		boolean alive = true;

		private final Map<Long, Waiting> waiting = new HashMap<>();

		private long requests;

		private Set<String> view = Set.of();

		Node(Object[] actors) {
			this.actors = actors;
			this.harness = ActorHarness.withClock(TestCluster.this.timers, CLOCK, TestCluster.this.store,
					new ActorHarness.Neighbours(List.of(), List.of(), ActorObserver.NONE), actors);
			this.membership = new Membership(name(), TestCluster.this.rule, Duration.ofMinutes(5),
					TestCluster.this.timers);
			this.links = new Links(this.membership, new Sender(this), this::ask, this.harness.directory(),
					this.harness.node()::deliver, this.harness.connections(), TestCluster.this.timers,
					TestCluster.this.times);
			this.harness.node()
				.moveClients((connection, address, actorId, position) -> this.links.clients()
					.adopt(address, actorId, connection.request(), connection.subscriptionRequests(), position));
		}

		/** Whether it reads the frames of an older version only. */
		boolean old;

		String name() {
			return this.harness.connections().node();
		}

		private record Waiting(String node, MonoSink<Result> sink) {
		}

		private Mono<Result> ask(String node, Operation operation) {
			return Mono.create((sink) -> {
				long id = ++this.requests;
				this.waiting.put(id, new Waiting(node, sink));
				if (!send(this, node, new Frame.Request(id, operation))) {
					this.waiting.remove(id);
					sink.error(unknown());
				}
			});
		}

		private RivetException unknown() {
			return new RivetException("actor", "outcome_unknown", 503, "unknown", null);
		}

		void receive(String node, Frame frame) {
			if (frame instanceof Frame.Request request) {
				answer(node, request);
			}
			else if (frame instanceof Frame.Reply reply) {
				this.waiting.remove(reply.id()).sink().success(reply.result());
			}
			else {
				this.links.received(node, frame);
			}
		}

		private void answer(String node, Frame.Request request) {
			Operation.Connect connect = (Operation.Connect) request.operation();
			ActorAddress address = connect.target().address();
			if (!this.membership.owns(address)) {
				send(this, node, new Frame.Reply(request.id(), new Result.NotOwner()));
				return;
			}
			this.links.gateways()
				.connect(connect)
				.subscribe((info) -> send(this, node, new Frame.Reply(request.id(), new Result.Info(info))),
						(ex) -> send(this, node, new Frame.Reply(request.id(), failure((RivetException) ex))));
		}

		private Result failure(RivetException ex) {
			return new Result.Failure(ex.group(), ex.code(), ex.status(), ex.text(), null);
		}

		void lose(String node) {
			List<Waiting> lost = this.waiting.values().stream().filter((each) -> each.node().equals(node)).toList();
			this.waiting.values().removeIf((each) -> each.node().equals(node));
			lost.forEach((each) -> each.sink().error(unknown()));
			this.links.lost(node);
		}

		void show(ClusterView view) {
			Set<String> gone = new HashSet<>(this.view);
			view.nodes().forEach(gone::remove);
			gone.forEach(this::lose);
			this.view = Set.copyOf(view.nodes());
			this.membership.apply(view);
			this.links.viewChanged();
		}

		boolean owns(ActorAddress address) {
			return this.membership.owns(address);
		}

	}

	// The network

	private boolean send(Node from, String to, Frame frame) {
		if (!from.alive || !from.view.contains(to)) {
			return false;
		}
		this.sent.add(frame);
		this.wires.computeIfAbsent(from.name() + ">" + to, (wire) -> new ArrayDeque<>()).add(frame);
		return true;
	}

	/** Delivers all frames. */
	void settle() {
		while (deliverOne()) {
			// the next one
		}
	}

	/** Delivers one frame. */
	boolean deliverOne() {
		List<String> ready = this.wires.entrySet()
			.stream()
			.filter((wire) -> !wire.getValue().isEmpty())
			.map(Map.Entry::getKey)
			.toList();
		if (ready.isEmpty()) {
			return false;
		}
		String wire = ready.get(this.random.nextInt(ready.size()));
		Frame frame = this.wires.get(wire).remove();
		String[] ends = wire.split(">");
		Node to = node(ends[1]);
		if (to.alive && to.view.contains(ends[0])) {
			to.receive(ends[0], frame);
		}
		return true;
	}

	/** Lets time pass, and delivers what is sent in it. */
	void pass(Duration time) {
		Duration left = time;
		while (!left.isZero()) {
			Duration step = (left.toMillis() > 50) ? Duration.ofMillis(50) : left;
			settle();
			this.timers.advanceTimeBy(step);
			left = left.minus(step);
		}
		settle();
	}

	/** Resets the sessions of two nodes: what was on its way is lost. */
	void reset(Node one, Node other) {
		this.wires.remove(one.name() + ">" + other.name());
		this.wires.remove(other.name() + ">" + one.name());
		one.lose(other.name());
		other.lose(one.name());
	}

	/** Sends the frames of a node. */
	private final class Sender implements FrameSender {

		private final Node node;

		Sender(Node node) {
			this.node = node;
		}

		@Override
		public boolean send(String other, Frame frame) {
			return TestCluster.this.send(this.node, other, frame);
		}

		@Override
		public boolean supports(String other, int version) {
			return version < (node(other).old ? Frame.GIVES_BACK : Frame.RENEWS + 1);
		}

	}

	/** Moves an instance of a node that is about to stop, and owns nothing. */
	void move(Node from, ActorAddress address) {
		this.nodes.forEach((node) -> {
			node.membership.leave(from.name());
			node.links.viewChanged();
		});
		from.harness.node().release(address).subscribe();
	}

	/** Kills a node; the others learn it. */
	void kill(Node node) {
		node.alive = false;
		this.wires.keySet().removeIf((wire) -> wire.contains(node.name()));
		showView(this.nodes.stream().filter((each) -> each.alive).toList());
	}

	/** Cuts a node off: it has a view of itself, and the others have one without it. */
	void isolate(Node node) {
		showView(this.nodes.stream().filter((each) -> each != node).toList());
		showView(List.of(node));
	}

	void showView(List<Node> members) {
		ClusterView view = new ClusterView(++this.views, members.stream().map(Node::name).toList(), Set.of());
		members.forEach((node) -> node.show(view));
	}

	// Where things are

	Node node(String name) {
		return this.nodes.stream().filter((node) -> node.name().equals(name)).findFirst().orElseThrow();
	}

	/**
	 * Returns an address that the first node owns, and the second one without the first.
	 */
	ActorAddress address(String actor) {
		return Stream.iterate(0, (number) -> number + 1)
			.map((number) -> ActorAddress.of(actor, "k" + number))
			.filter((address) -> this.nodes.get(0).owns(address) && ownsWithoutFirst(this.nodes.get(1), address))
			.findFirst()
			.orElseThrow();
	}

	private boolean ownsWithoutFirst(Node node, ActorAddress address) {
		Membership others = new Membership(node.name());
		others.apply(new ClusterView(1, this.nodes.stream().skip(1).map(Node::name).toList(), Set.of()));
		return others.owns(address);
	}

	static ActorTarget target(ActorAddress address) {
		return new ActorTarget.GetOrCreate(address, null);
	}

}
