/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;

/**
 * Nodes in one process, joined by {@link ClusterEngine}s that deliver in memory. What
 * happens next is chosen among all waiting deliveries, views and tasks:
 * <ul>
 * <li>by a seed: each call of {@link #step} does one thing, so that frames are delayed,
 * views arrive late and tasks of one node overtake each other, the same way for the same
 * seed. Used by one thread.
 * <li>{@linkplain #immediate() immediately}: each call does everything that waits, in its
 * order. Safe for use by several threads, each of which may run the tasks of all, unless
 * one of its own does so.
 * </ul>
 * <p>
 * A node that is killed, paused or cut off leaves the views of the others some steps
 * later, or never if it is back before. The engine guarantees no more than its contract:
 * frames under way between two nodes may be lost when one of them loses the other from
 * its view, and those that arrive at a node without the sender in its view. Senders are
 * not blocked: there are no credits.
 */
public final class SimulatedNetwork {

	/** Steps after which a run that has not become idle fails. */
	private static final int MAX_STEPS = 1_000_000;

	/** {@code null} in the immediate mode. */
	private final @Nullable Random random;

	private final Map<String, Node> nodes = new LinkedHashMap<>();

	/** Lines that have a task. */
	private final List<Line> ready = new ArrayList<>();

	private final Line detection = new Line(null, () -> true);

	/** Nodes that have said goodbye. */
	private final Set<String> departed = new HashSet<>();

	private long viewNumber;

	/** Runs what waits in the immediate mode. */
	private final Executor deliveries;

	private boolean running;

	private SimulatedNetwork(@Nullable Random random, Executor deliveries) {
		this.random = random;
		this.deliveries = deliveries;
	}

	/**
	 * Creates a network whose events are chosen by a seed.
	 */
	public static SimulatedNetwork seeded(long seed) {
		return new SimulatedNetwork(new Random(seed), Runnable::run);
	}

	/**
	 * Creates a network in which everything happens at once.
	 */
	public static SimulatedNetwork immediate() {
		return immediate(Runnable::run);
	}

	/**
	 * Creates a network in which everything happens at once, on a thread of its own:
	 * those that send do not deliver what others send meanwhile.
	 * @param deliveries the thread
	 */
	public static SimulatedNetwork immediate(Executor deliveries) {
		return new SimulatedNetwork(null, deliveries);
	}

	/**
	 * Returns the engine of a new node, which joins when it is started.
	 * @param name name of the node, not used before
	 */
	public synchronized ClusterEngine engine(String name) {
		Node node = new Node(name);
		if (this.nodes.putIfAbsent(name, node) != null) {
			throw new IllegalArgumentException("The node %s exists".formatted(name));
		}
		return node;
	}

	/**
	 * Returns the threads of a node: tasks run in any order, each as one event. They do
	 * not run while the node is paused, and are dropped when it is stopped or killed.
	 * @param name name of the node, whose engine exists
	 */
	public Executor executor(String name) {
		Node node = node(name);
		return (task) -> new Line(node, node::runs).execute(task);
	}

	/**
	 * Returns one thread of a node: as {@link #executor}, with the tasks in their order.
	 * @param name name of the node, whose engine exists
	 */
	public Executor thread(String name) {
		Node node = node(name);
		return new Line(node, node::runs);
	}

	/** Ends a node without a goodbye. */
	public void kill(String name) {
		end(node(name), false);
	}

	/** Stops the execution of a node, until {@link #resume}. */
	public void pause(String name) {
		change(() -> node(name).paused = true);
	}

	/** Continues the execution of a paused node. */
	public void resume(String name) {
		change(() -> node(name).paused = false);
	}

	/**
	 * Cuts the network into parts. Nothing is delivered between them until
	 * {@link #heal()}; what was under way waits.
	 * @param names the nodes of each part; all others are one part
	 */
	@SafeVarargs
	public final void partition(Set<String>... names) {
		change(() -> {
			this.nodes.values().forEach((node) -> node.part = Set.of());
			for (Set<String> part : names) {
				part.forEach((name) -> node(name).part = part);
			}
		});
	}

	/** Ends the partition. */
	public void heal() {
		change(() -> this.nodes.values().forEach((node) -> node.part = Set.of()));
	}

	/** Holds back the views of a node, until {@link #deliverViews}. */
	public void holdViews(String name) {
		change(() -> node(name).late = true);
	}

	/** Delivers the views that were held back. */
	public void deliverViews(String name) {
		change(() -> node(name).late = false);
	}

	/**
	 * Returns the names of the nodes that run or are paused, in the order of creation.
	 */
	public synchronized List<String> alive() {
		return this.nodes.values().stream().filter((node) -> node.up).map((node) -> node.name).toList();
	}

	/**
	 * Does one of the things that wait.
	 * @return whether there was one
	 */
	public boolean step() {
		Runnable task = next();
		if (task == null) {
			return false;
		}
		task.run();
		return true;
	}

	/**
	 * Does all that waits, until the network is idle.
	 * @throws IllegalStateException if it does not become idle
	 */
	public void run() {
		for (int steps = 0; step(); steps++) {
			if (steps > MAX_STEPS) {
				throw new IllegalStateException("The network does not become idle");
			}
		}
	}

	private synchronized @Nullable Runnable next() {
		List<Line> open = this.ready.stream().filter(Line::isOpen).toList();
		if (open.isEmpty()) {
			return null;
		}
		Line line = open.get(choose(open.size()));
		Runnable task = line.tasks.remove();
		if (line.tasks.isEmpty()) {
			this.ready.remove(line);
		}
		return task;
	}

	/** Returns a number below the bound: always 0 in the immediate mode. */
	private int choose(int bound) {
		return (this.random != null && bound > 1) ? this.random.nextInt(bound) : 0;
	}

	private boolean chance() {
		return choose(2) == 1;
	}

	private synchronized Node node(String name) {
		Node node = this.nodes.get(name);
		if (node == null) {
			throw new IllegalArgumentException("There is no node %s".formatted(name));
		}
		return node;
	}

	private void change(Runnable change) {
		synchronized (this) {
			change.run();
			detectLater();
		}
		settle();
	}

	private void end(Node node, boolean goodbye) {
		change(() -> {
			if (goodbye) {
				this.departed.add(node.name);
			}
			else {
				this.nodes.values().forEach((other) -> cut(node, other));
			}
			node.up = false;
			this.ready.removeIf((line) -> line.owner == node);
		});
	}

	private void detectLater() {
		if (this.detection.tasks.isEmpty()) {
			this.detection.add(this::detect);
		}
	}

	/** Lets the immediate mode do all that waits, once for nested calls. */
	private void settle() {
		if (this.random != null) {
			return;
		}
		synchronized (this) {
			if (this.running) {
				return;
			}
			this.running = true;
		}
		this.deliveries.execute(this::deliverAll);
	}

	private void deliverAll() {
		while (true) {
			Runnable task;
			synchronized (this) {
				task = next();
				if (task == null) {
					this.running = false;
					return;
				}
			}
			try {
				task.run();
			}
			catch (RuntimeException | Error ex) {
				synchronized (this) {
					this.running = false;
				}
				throw ex;
			}
		}
	}

	/** Sends new views to the nodes of each part whose nodes have changed. */
	private synchronized void detect() {
		Map<Set<String>, List<Node>> parts = this.nodes.values()
			.stream()
			.filter(Node::runs)
			.collect(Collectors.groupingBy((node) -> node.part, LinkedHashMap::new, Collectors.toList()));
		parts.values().forEach((part) -> {
			List<String> names = part.stream().map((node) -> node.name).toList();
			if (part.stream().anyMatch((node) -> !node.announced.equals(names))) {
				long number = ++this.viewNumber;
				part.forEach((node) -> node.announce(number, names));
			}
		});
	}

	/** Loses some of the last frames that are under way. */
	private void cut(Node from, Node to) {
		Line channel = to.channels.get(from.name);
		if (channel != null) {
			int kept = choose(channel.tasks.size() + 1);
			while (channel.tasks.size() > kept) {
				channel.tasks.removeLast();
			}
			if (channel.tasks.isEmpty()) {
				this.ready.remove(channel);
			}
		}
	}

	/**
	 * Tasks that run one by one in their order, while a condition holds.
	 */
	private final class Line implements Executor {

		/** The node that runs the tasks, {@code null} for the network. */
		private final @Nullable Node owner;

		private final BooleanSupplier open;

		private final Deque<Runnable> tasks = new ArrayDeque<>();

		Line(@Nullable Node owner, BooleanSupplier open) {
			this.owner = owner;
			this.open = open;
		}

		private boolean isOpen() {
			return this.open.getAsBoolean();
		}

		@Override
		public void execute(Runnable task) {
			synchronized (SimulatedNetwork.this) {
				add(task);
			}
			settle();
		}

		void add(Runnable task) {
			if (this.owner != null && !this.owner.up) {
				return;
			}
			if (this.tasks.isEmpty()) {
				SimulatedNetwork.this.ready.add(this);
			}
			this.tasks.add(task);
		}

	}

	/**
	 * A node, and its engine.
	 */
	private final class Node implements ClusterEngine {

		private final String name;

		private final Line views = new Line(this, () -> runs() && !this.late);

		/** Frames to this node, by the name of their sender. */
		private final Map<String, Line> channels = new LinkedHashMap<>();

		private @Nullable ClusterListener listener;

		/** Nodes of the last view that the listener has received. */
		private volatile List<String> view = List.of();

		/**
		 * Nodes of the last view that waits for the listener, or that it has received.
		 */
		private List<String> announced = List.of();

		private Set<String> part = Set.of();

		private volatile boolean up;

		private volatile boolean paused;

		/** Whether its views are held back. */
		private volatile boolean late;

		Node(String name) {
			this.name = name;
		}

		private boolean runs() {
			return this.up && !this.paused;
		}

		@Override
		public void start(ClusterListener listener) {
			ClusterView first;
			synchronized (SimulatedNetwork.this) {
				this.listener = listener;
				this.up = true;
				// finds the others at once, or is alone until they are detected
				List<String> names = chance() ? List.of(this.name) : inReach();
				this.announced = names;
				first = new ClusterView(++SimulatedNetwork.this.viewNumber, names, Set.of());
				this.view = names;
				for (String other : names) {
					if (!other.equals(this.name)) {
						node(other).announce(first.number(), names);
					}
				}
				detectLater();
			}
			listener.viewChanged(first);
			settle();
		}

		private List<String> inReach() {
			return SimulatedNetwork.this.nodes.values()
				.stream()
				.filter((node) -> node.runs() && node.part.equals(this.part))
				.map((node) -> node.name)
				.toList();
		}

		@Override
		public void stop() {
			end(this, true);
		}

		private void announce(long number, List<String> names) {
			List<String> before = this.announced;
			this.announced = names;
			Set<String> gone = before.stream()
				.filter((each) -> !names.contains(each) && SimulatedNetwork.this.departed.contains(each))
				.collect(Collectors.toSet());
			this.views.add(() -> install(new ClusterView(number, names, gone)));
		}

		private void install(ClusterView next) {
			synchronized (SimulatedNetwork.this) {
				for (String each : this.view) {
					if (!next.nodes().contains(each)) {
						cut(node(each), this);
						cut(this, node(each));
					}
				}
				this.view = next.nodes();
			}
			listener().viewChanged(next);
		}

		private ClusterListener listener() {
			if (this.listener == null) {
				throw new IllegalStateException("The node %s is not started".formatted(this.name));
			}
			return this.listener;
		}

		@Override
		public void send(String node, byte[] frame) {
			if (!this.up || node.equals(this.name) || !this.view.contains(node)) {
				throw new IllegalStateException("The node %s is not in the view of %s".formatted(node, this.name));
			}
			Node to = node(node);
			to.channel(this).execute(() -> to.receive(this, frame));
		}

		private Line channel(Node from) {
			synchronized (SimulatedNetwork.this) {
				return this.channels.computeIfAbsent(from.name,
						(name) -> new Line(this, () -> runs() && this.part.equals(from.part)));
			}
		}

		private void receive(Node from, byte[] frame) {
			boolean known = this.view.contains(from.name);
			if (known || !lose()) {
				listener().received(from.name, frame);
			}
		}

		private boolean lose() {
			synchronized (SimulatedNetwork.this) {
				return chance();
			}
		}

	}

}
