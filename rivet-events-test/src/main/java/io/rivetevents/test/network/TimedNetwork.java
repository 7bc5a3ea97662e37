/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.network;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;

/**
 * Nodes in one thread, joined by {@link ClusterEngine}s whose frames and views take
 * virtual time. A seed decides how long they take.
 * <ul>
 * <li>Frames of one node to another keep their order. A slow network delays them.
 * <li>Each link between two nodes can be cut in one direction. Frames wait at a cut link.
 * <li>A node that ends leaves the views of the others within some milliseconds. One that
 * is paused or cut off leaves them after some seconds, unless it is back by then. If some
 * of the nodes reach each other and others do not, the views are the largest groups in
 * which each node reaches each other one, in an order that the seed decides.
 * <li>A view arrives at each node at another time, up to two seconds late.
 * <li>If two nodes lose each other, the last frames between them are lost. A frame that
 * arrives at a node whose view does not have the sender is lost, or not.
 * </ul>
 * Senders are not blocked: there are no credits. Used by one thread.
 */
public final class TimedNetwork {

	/** A view is late at one node of so many. */
	private static final int LATE = 6;

	private static final int MAX_LATE_MILLIS = 2000;

	private static final int MAX_MERGE_MILLIS = 3000;

	private static final int FAILURE_TIMEOUT_MILLIS = 3000;

	private static final int SOON_MILLIS = 100;

	private final Random random;

	private final Scheduler time;

	private final Consumer<String> trace;

	private final Map<String, Node> nodes = new LinkedHashMap<>();

	/** Links that carry nothing, as sender and receiver. */
	private final Set<Link> cut = new HashSet<>();

	/** Nodes that have said goodbye. */
	private final Set<String> departed = new HashSet<>();

	private int slowMillis;

	private long views;

	/** One direction between two nodes. */
	private record Link(String from, String to) {
	}

	/**
	 * Creates a network without nodes.
	 * @param random decides what happens, and how long it takes
	 * @param time timers of the network
	 * @param trace receives what happens
	 */
	public TimedNetwork(Random random, Scheduler time, Consumer<String> trace) {
		this.random = random;
		this.time = time;
		this.trace = trace;
	}

	/**
	 * Returns the engine of a new node, which joins when it is started.
	 * @param name name of the node, not used before
	 * @param label the node in the trace
	 * @param threads makes threads of the node, which run tasks in their order
	 */
	public ClusterEngine engine(String name, String label, Supplier<Executor> threads) {
		Node node = new Node(name, label, threads);
		Assert.state(this.nodes.putIfAbsent(name, node) == null, "The name of a node is used once");
		return node;
	}

	// Faults

	/** Ends a node without a goodbye: its last frames may be lost. */
	public void kill(String name) {
		Node node = node(name);
		this.nodes.values().forEach((other) -> other.loseLastOf(node.name));
		node.up = false;
		detectWithin(SOON_MILLIS);
	}

	/** Notes that the threads of a node have stopped for a while. */
	public void paused(String name) {
		node(name).paused = true;
		detectAfterTimeout();
	}

	/** Notes that the threads of a paused node continue. */
	public void continued(String name) {
		Node node = node(name);
		node.paused = false;
		if (node.isExcluded() && this.random.nextBoolean()) {
			announce(List.of(node), List.of(name), false); // it has noticed the absence,
															// too
		}
		detectWithin(MAX_MERGE_MILLIS);
	}

	/** Cuts one direction between two nodes. */
	public void cut(String from, String to) {
		this.cut.add(new Link(from, to));
		detectAfterTimeout();
	}

	/** Mends all links. */
	public void heal() {
		this.cut.clear();
		this.nodes.values().forEach(Node::deliverAll);
		detectWithin(MAX_MERGE_MILLIS);
	}

	/** Returns whether a link is cut. */
	public boolean isCut() {
		return !this.cut.isEmpty();
	}

	/**
	 * Sets how long frames take at most.
	 * @param most longest time of a frame; zero if they take no time
	 */
	public void slow(Duration most) {
		this.slowMillis = Math.toIntExact(most.toMillis());
	}

	/** Returns whether a node has said goodbye. */
	public boolean hasDeparted(String name) {
		return this.departed.contains(name);
	}

	/** Returns the names of the nodes that have joined and not ended. */
	public List<String> joined() {
		return this.nodes.values().stream().filter((node) -> node.up).map((node) -> node.name).toList();
	}

	// Views

	private void detectAfterTimeout() {
		later(FAILURE_TIMEOUT_MILLIS + this.random.nextInt(500), this::detect);
	}

	private void detectWithin(int millis) {
		later(this.random.nextInt(millis), this::detect);
	}

	private void later(int millis, Runnable task) {
		this.time.schedule(task, millis, TimeUnit.MILLISECONDS);
	}

	private void detect() {
		for (List<Node> group : groups()) {
			List<String> names = group.stream().map((node) -> node.name).toList();
			if (group.stream().anyMatch((node) -> !node.announced.equals(names))) {
				announce(group, names, group.stream().anyMatch((node) -> !node.announced.containsAll(names)));
			}
		}
	}

	private void announce(List<Node> group, List<String> names, boolean merged) {
		this.trace.accept("the view is %s%s".formatted(group.stream().map((node) -> node.label).toList(),
				merged ? ", merged" : ""));
		long number = ++this.views;
		group.forEach((node) -> node.announce(new ClusterView(number, names, node.departed(names), merged)));
	}

	/** Groups of nodes each of which reaches each other one, in the order of creation. */
	private List<List<Node>> groups() {
		List<Node> shuffled = new ArrayList<>(this.nodes.values().stream().filter(Node::runs).toList());
		if (isCut()) {
			Collections.shuffle(shuffled, this.random);
		}
		List<List<Node>> groups = new ArrayList<>();
		for (Node node : shuffled) {
			groups.stream()
				.filter((group) -> group.stream().allMatch((other) -> connects(node, other)))
				.findFirst()
				.orElseGet(() -> {
					groups.add(new ArrayList<>());
					return groups.get(groups.size() - 1);
				})
				.add(node);
		}
		List<Node> order = List.copyOf(this.nodes.values());
		groups.forEach((group) -> group.sort((one, other) -> order.indexOf(one) - order.indexOf(other)));
		return groups;
	}

	private boolean connects(Node one, Node other) {
		return isOpen(one.name, other.name) && isOpen(other.name, one.name);
	}

	private boolean isOpen(String from, String to) {
		return !this.cut.contains(new Link(from, to));
	}

	private Node node(String name) {
		return Objects.requireNonNull(this.nodes.get(name), name);
	}

	/** Frames on their way from one node to another. */
	private final class Channel {

		private final String from;

		private final Node to;

		private final Executor thread;

		private final Deque<byte[]> frames = new ArrayDeque<>();

		Channel(String from, Node to) {
			this.from = from;
			this.to = to;
			this.thread = to.threads.get();
		}

		void add(byte[] frame) {
			this.frames.add(frame);
			int delay = (TimedNetwork.this.slowMillis > 0)
					? TimedNetwork.this.random.nextInt(TimedNetwork.this.slowMillis) : 0;
			if (delay > 0) {
				later(delay, this::arrive);
			}
			else {
				arrive();
			}
		}

		/** The first frame arrives, whichever was meant: the order is kept. */
		private void arrive() {
			this.thread.execute(this::deliver);
		}

		private void deliver() {
			byte[] frame = isOpen(this.from, this.to.name) ? this.frames.poll() : null;
			if (frame != null) {
				this.to.receive(this.from, frame);
			}
		}

		void loseLast() {
			int kept = TimedNetwork.this.random.nextInt(this.frames.size() + 1);
			while (this.frames.size() > kept) {
				this.frames.removeLast();
			}
		}

	}

	/** A node, and its engine. */
	private final class Node implements ClusterEngine {

		private final String name;

		private final String label;

		private final Supplier<Executor> threads;

		private final Executor thread;

		private final Map<String, Channel> channels = new LinkedHashMap<>();

		/** Views on their way. */
		private final Deque<ClusterView> next = new ArrayDeque<>();

		private @Nullable ClusterListener listener;

		/** The nodes of the last view that has arrived. */
		private List<String> view = List.of();

		/** The nodes of the last view that was sent. */
		private List<String> announced = List.of();

		private boolean up;

		private boolean paused;

		Node(String name, String label, Supplier<Executor> threads) {
			this.name = name;
			this.label = label;
			this.threads = threads;
			this.thread = threads.get();
		}

		boolean runs() {
			return this.up && !this.paused;
		}

		/** Returns whether another node has a view without this one. */
		boolean isExcluded() {
			return TimedNetwork.this.nodes.values()
				.stream()
				.anyMatch((other) -> other.up && this.announced.contains(other.name)
						&& !other.announced.contains(this.name));
		}

		/** Finds the others, or is alone until it meets them. */
		@Override
		public void start(ClusterListener listener) {
			this.listener = listener;
			this.up = true;
			List<Node> found = new ArrayList<>(List.of(this));
			if (TimedNetwork.this.random.nextInt(4) != 0) {
				groups().stream().filter((group) -> group.contains(this)).forEach((group) -> {
					group.remove(this);
					found.addAll(0, group);
				});
			}
			List<String> names = found.stream().map((node) -> node.name).toList();
			boolean apart = found.stream()
				.anyMatch((node) -> node != this && !node.announced.containsAll(names.subList(0, names.size() - 1)));
			TimedNetwork.this.announce(found, names, apart);
			while (!this.next.isEmpty()) {
				install();
			}
			detectWithin(MAX_MERGE_MILLIS);
		}

		@Override
		public void stop() {
			if (this.up) {
				this.up = false;
				TimedNetwork.this.departed.add(this.name);
				detectWithin(SOON_MILLIS);
			}
		}

		/** Returns which nodes leave its view after a goodbye. */
		Set<String> departed(List<String> names) {
			Set<String> gone = new HashSet<>(this.announced);
			gone.removeIf((each) -> names.contains(each) || !TimedNetwork.this.departed.contains(each));
			return gone;
		}

		void announce(ClusterView view) {
			this.announced = view.nodes();
			this.next.add(view);
			Random random = TimedNetwork.this.random;
			later(random.nextInt((random.nextInt(LATE) == 0) ? MAX_LATE_MILLIS : SOON_MILLIS),
					() -> this.thread.execute(this::install));
		}

		private void install() {
			ClusterView view = this.next.poll();
			if (view == null || !this.up) {
				return;
			}
			for (String each : List.copyOf(this.view)) {
				if (!view.nodes().contains(each)) {
					loseLastOf(each);
					node(each).loseLastOf(this.name);
				}
			}
			this.view = view.nodes();
			Objects.requireNonNull(this.listener).viewChanged(view);
		}

		void loseLastOf(String from) {
			Channel channel = this.channels.get(from);
			if (channel != null) {
				channel.loseLast();
			}
		}

		@Override
		public void send(String node, byte[] frame) {
			Assert.state(this.up && !node.equals(this.name) && this.view.contains(node),
					() -> "The node %s is not in the view of %s".formatted(node, this.name));
			Node to = node(node);
			to.channels.computeIfAbsent(this.name, (from) -> new Channel(from, to)).add(frame);
		}

		void receive(String from, byte[] frame) {
			if (this.up && (this.view.contains(from) || TimedNetwork.this.random.nextBoolean())) {
				Objects.requireNonNull(this.listener).received(from, frame);
			}
		}

		void deliverAll() {
			this.channels.values().forEach((channel) -> channel.frames.forEach((frame) -> channel.arrive()));
		}

	}

}
