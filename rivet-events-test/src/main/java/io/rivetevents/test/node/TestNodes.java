/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.NodeShutdown;
import io.rivetevents.test.store.FaultyStateStore;

/**
 * The nodes of a test, which can be stopped or killed, and started again over the same
 * store. Used by the thread of the test.
 */
public final class TestNodes {

	private static final String CLUSTER = "io.rivetevents.cluster.directory.ClusterNode";

	/** Name of the first node among others: the same one has an instance in each run. */
	public static final String FIRST_NAME = "node-1";

	/** Steps in which time passes while a node stops. */
	private static final Duration STEP = Duration.ofMillis(10);

	private final NodeParts parts;

	private final Time time;

	private final CountedWorkers workers;

	private final ActorStateStore origin;

	private final int size;

	private volatile FaultyStateStore store;

	/** {@code null} for one node. */
	private @Nullable NodeNetwork network;

	/** The last node of each number. */
	private volatile List<TestNode> nodes = List.of();

	/** Number of nodes that have been started in the network. */
	private int started;

	/**
	 * The time of a node.
	 *
	 * @param clock its clock
	 * @param timers its timers
	 * @param threads makes the thread of a client of an executor
	 * @param advance lets time pass
	 */
	public record Time(Clock clock, Scheduler timers, Function<Executor, ScheduledExecutorService> threads,
			Consumer<Duration> advance) {
	}

	/**
	 * Checks that the module for several nodes is present.
	 * @param nodes number of nodes
	 * @param classes loads the classes of the module, {@code null} for the loader of the
	 * thread
	 * @throws IllegalStateException if it is missing
	 */
	public static void checkModule(int nodes, @Nullable ClassLoader classes) {
		Assert.state(nodes == 1 || ClassUtils.isPresent(CLUSTER, classes),
				() -> "%d nodes require the module rivet-events-cluster: add the dependency".formatted(nodes)
						+ " io.rivetevents:rivet-events-cluster to the tests");
	}

	/**
	 * Creates the first nodes, which are not started.
	 * @param parts beans of the application; with several nodes, the name of their
	 * registry is {@link #FIRST_NAME}
	 * @param store store of the application
	 * @param time its time
	 * @param workers its workers
	 * @param size number of nodes
	 */
	public TestNodes(NodeParts parts, ActorStateStore store, Time time, CountedWorkers workers, int size) {
		this.parts = parts;
		this.time = time;
		this.workers = workers;
		this.origin = store;
		this.size = size;
		this.store = new FaultyStateStore(store);
		composeAll();
	}

	private void composeAll() {
		this.parts.registry().members().all().forEach(this.parts.registry().members()::remove);
		this.network = (this.size > 1)
				? new ClusterNetwork(this.parts.targets().mapper(), this.parts.principals(), this.workers::settle)
				: null;
		this.started = 0;
		this.nodes = IntStream.rangeClosed(1, this.size).mapToObj(this::compose).toList();
	}

	private TestNode compose(int number) {
		NodeNetwork network = this.network;
		if (network == null) {
			return new TestNode(this.parts, this.store, this.time, this.workers.application());
		}
		OutboundRegistry registry = (++this.started == 1) ? this.parts.registry()
				: new OutboundRegistry(name(number), this.parts.deliveries());
		return new TestNode(this.parts, this.store, this.time, this.workers.group(), network, registry);
	}

	/** Names are used once, as a node has a new one after each start. */
	private String name(int number) {
		return (this.started <= this.size) ? "node-" + number : "node-%d.%d".formatted(number, this.started);
	}

	/**
	 * Returns the connections of each node that runs, except those of the application.
	 */
	List<OutboundRegistry> others() {
		return this.nodes.stream()
			.filter((node) -> !node.isKilled())
			.map(TestNode::registry)
			.filter((registry) -> registry != this.parts.registry())
			.toList();
	}

	/** Returns the first node that runs, or was killed if none runs. */
	private TestNode first() {
		return this.nodes.stream().filter((node) -> !node.isKilled()).findFirst().orElse(this.nodes.get(0));
	}

	private TestNode running(int number) {
		TestNode node = find(number);
		Assert.state(!node.isKilled(), () -> "Node %d does not run: call start(%d) first".formatted(number, number));
		return node;
	}

	private TestNode find(int number) {
		Assert.isTrue(number > 0 && number <= this.size,
				() -> "There is no node %d: the nodes of this test are 1 to %d".formatted(number, this.size));
		return this.nodes.get(number - 1);
	}

	private NodeNetwork network() {
		NodeNetwork network = this.network;
		Assert.state(network != null,
				"This test has one node: set nodes = 3 of @ActorTest or @AutoConfigureActorTester");
		return network;
	}

	/** Returns the instances of all nodes with turns that wait or run. */
	public Collection<ActorAddress> atWork() {
		List<ActorAddress> atWork = new ArrayList<>();
		this.nodes.stream().filter((node) -> !node.isKilled()).forEach((node) -> atWork.addAll(node.node().atWork()));
		return atWork;
	}

	public FaultyStateStore store() {
		return this.store;
	}

	/**
	 * Returns what clients connect to at present.
	 * @param number number of a node; the first one that runs if it does not run, or is 0
	 */
	public LinkHost host(int number) {
		TestNode node = (number == 0 || find(number).isKilled()) ? first() : find(number);
		checkAnyRuns();
		return node.host(this.time);
	}

	private void checkAnyRuns() {
		Assert.state(!first().isKilled(), "No node runs: call start(1) first");
	}

	/** Checks that a node runs. */
	public void checkRunning(int number) {
		running(number);
	}

	/**
	 * Returns whether clients are connected to a node that has been killed or stopped.
	 */
	public boolean isGone(LinkHost host) {
		return this.nodes.stream().noneMatch((node) -> !node.isKilled() && node.node() == host.services().node());
	}

	/**
	 * Returns a node that has no instances and runs nothing, for beans that expect the
	 * node of the application.
	 */
	public LocalNode idle() {
		NodeGate gate = new NodeGate();
		gate.close();
		return this.parts
			.compose(this.origin, this.time.clock(), gate.timers(this.time.timers()), this.workers.scheduler(),
					Ownership.ALONE)
			.node();
	}

	/** Returns a directory of the first node that runs when it is called. */
	public static ActorDirectory directory(Supplier<TestNodes> nodes) {
		return forwarding(ActorDirectory.class, () -> nodes.get().first().directory());
	}

	/** Returns the stored instances of the first node that runs when they are used. */
	public static StoredActors storedActors(Supplier<TestNodes> nodes) {
		return forwarding(StoredActors.class, () -> nodes.get().first().node().storedActors());
	}

	private static <T> T forwarding(Class<T> type, Supplier<T> target) {
		return type.cast(Proxy.newProxyInstance(TestNodes.class.getClassLoader(), new Class<?>[] { type },
				(proxy, method, args) -> {
					try {
						return method.invoke((method.getDeclaringClass() == Object.class) ? target : target.get(),
								args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				}));
	}

	// Several nodes

	/**
	 * Returns the number of the node that owns an address, as the largest part of the
	 * nodes sees it.
	 */
	public int owner(ActorAddress address) {
		network();
		TestNode judge = this.nodes.stream()
			.filter((node) -> !node.isKilled())
			.max(Comparator.comparingInt(TestNodes::seen))
			.orElseThrow(() -> new IllegalStateException("No node runs: call start(1) first"));
		NodeNetwork.Member member = judge.member();
		String name = (member != null) ? member.owner(address) : null;
		Assert.state(name != null,
				() -> "No node owns %s: %s is in the smaller part of the nodes".formatted(address, judge.name()));
		return 1 + this.nodes.stream().map(TestNode::name).toList().indexOf(name);
	}

	/** Those in the smaller part own nothing. */
	private static int seen(TestNode node) {
		NodeNetwork.Member member = node.member();
		return (member != null) ? member.size() : 0;
	}

	/** Cuts the network between some nodes and the others. */
	public void partition(int... numbers) {
		Set<String> names = new HashSet<>();
		NodeNetwork network = network();
		IntStream.of(numbers).mapToObj(this::running).map(TestNode::name).forEach(names::add);
		network.partition(names);
	}

	/** Ends the partition. */
	public void heal() {
		network().heal();
	}

	/** Kills a node: nothing of it runs any more. Its clients are still to be ended. */
	public void kill(int number) {
		NodeNetwork network = network();
		TestNode node = running(number);
		node.kill();
		network.kill(node.name());
	}

	/** Stops a node as at the end of an application, and does not start it again. */
	public void stop(int number) {
		network();
		TestNode node = running(number);
		NodeNetwork.Member member = node.member();
		if (member != null) {
			await(member.handOver().toFuture());
			stop(node);
			await(CompletableFuture.runAsync(member::stop, node.workers()::schedule));
		}
		node.kill();
	}

	/** Starts a node that was killed or stopped. */
	public void start(int number) {
		network();
		Assert.state(find(number).isKilled(), () -> "Node %d runs".formatted(number));
		TestNode node = compose(number);
		List<TestNode> nodes = new ArrayList<>(this.nodes);
		nodes.set(number - 1, node);
		this.nodes = List.copyOf(nodes);
		node.start();
	}

	// All nodes

	/** Stops each node as at the end of an application, and starts it again. */
	public void restart() {
		checkAnyRuns();
		if (this.network == null) {
			stop(first());
			first().node().start();
			return;
		}
		for (int number = 1; number <= this.size; number++) {
			if (!find(number).isKilled()) {
				stop(number);
				start(number);
			}
		}
	}

	private void stop(TestNode node) {
		NodeShutdown shutdown = new NodeShutdown(node.node(), node.registry(), this.time.timers(),
				this.parts.properties().shutdown().timeout(), this.parts.properties().shutdown().spread());
		await(shutdown.run().toFuture());
	}

	/** Lets time pass until a node has stopped. */
	private void await(CompletableFuture<Void> stopped) {
		Duration end = this.parts.properties().shutdown().timeout().multipliedBy(2);
		for (Duration passed = Duration.ZERO; !stopped.isDone(); passed = passed.plus(STEP)) {
			Assert.state(passed.compareTo(end) < 0, "The node did not stop");
			this.time.advance().accept(STEP);
		}
		stopped.join();
	}

	/**
	 * Kills all nodes: nothing of them runs any more. Their clients are still to be
	 * ended.
	 */
	public void kill() {
		this.nodes.forEach(TestNode::kill);
		this.workers.abandon();
	}

	/** Starts the nodes, or others after {@link #kill()}. */
	public void start() {
		if (this.nodes.stream().allMatch(TestNode::isKilled)) {
			composeAll();
		}
		this.nodes.forEach(TestNode::start);
	}

	/** Replaces a store in memory by an empty one; another store stays. */
	public void forget() {
		this.store.clear();
		if (this.origin instanceof MemoryActorStateStore) {
			this.store = new FaultyStateStore(
					new MemoryActorStateStore(this.parts.limits().stored(), this.time.clock()));
		}
	}

}
