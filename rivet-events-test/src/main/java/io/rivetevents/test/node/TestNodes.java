/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.springframework.util.Assert;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.NodeShutdown;
import io.rivetevents.test.store.FaultyStateStore;

/**
 * The one node of a test, which can be stopped or killed, and started again over the same
 * store. Used by the thread of the test.
 */
public final class TestNodes {

	/** Steps in which time passes while a node stops. */
	private static final Duration STEP = Duration.ofMillis(10);

	private final NodeParts parts;

	private final Time time;

	private final CountedWorkers workers;

	private final ActorStateStore origin;

	private volatile FaultyStateStore store;

	private volatile Running running;

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

	/** The node that runs, and what ends with it. */
	private record Running(NodeGate gate, NodeParts.Composed composed, ActorStateStore store) {

		LocalNode node() {
			return this.composed.node();
		}

	}

	/**
	 * Creates the first node, which is not started.
	 * @param parts beans of the application
	 * @param store store of the application
	 * @param time its time
	 * @param workers its workers
	 */
	public TestNodes(NodeParts parts, ActorStateStore store, Time time, CountedWorkers workers) {
		this.parts = parts;
		this.time = time;
		this.workers = workers;
		this.origin = store;
		this.store = new FaultyStateStore(store);
		this.running = compose();
	}

	private Running compose() {
		NodeGate gate = new NodeGate();
		ActorStateStore store = gate.store(this.store);
		return new Running(gate, this.parts.compose(store, this.time.clock(), gate.timers(this.time.timers()),
				gate.workers(this.workers.scheduler())), store);
	}

	public LocalNode node() {
		return this.running.node();
	}

	public FaultyStateStore store() {
		return this.store;
	}

	/** Returns what clients connect to at present. */
	public LinkHost host() {
		Running running = this.running;
		return this.parts.host(running.composed(), running.store(), this.time.threads(), this.workers.scheduler());
	}

	/**
	 * Returns a node that has no instances and runs nothing, for beans that expect the
	 * node of the application.
	 */
	public LocalNode idle() {
		NodeGate gate = new NodeGate();
		gate.close();
		return this.parts
			.compose(this.origin, this.time.clock(), gate.timers(this.time.timers()), this.workers.scheduler())
			.node();
	}

	/** Returns a directory of the node that runs when it is called. */
	public static ActorDirectory directory(Supplier<TestNodes> nodes) {
		return forwarding(ActorDirectory.class, () -> nodes.get().node().directory());
	}

	/** Returns the stored instances of the node that runs when they are used. */
	public static StoredActors storedActors(Supplier<TestNodes> nodes) {
		return forwarding(StoredActors.class, () -> nodes.get().node().storedActors());
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

	/** Stops the node as at the end of an application, and starts it again. */
	public void restart() {
		LocalNode node = node();
		Duration timeout = this.parts.properties().shutdown().timeout();
		CompletableFuture<Void> stopped = new NodeShutdown(node, this.parts.registry(), this.time.timers(), timeout,
				this.parts.properties().shutdown().spread())
			.run()
			.toFuture();
		Duration end = timeout.multipliedBy(2);
		for (Duration passed = Duration.ZERO; !stopped.isDone(); passed = passed.plus(STEP)) {
			Assert.state(passed.compareTo(end) < 0, "The node did not stop");
			this.time.advance().accept(STEP);
		}
		stopped.join();
		node.start();
	}

	/**
	 * Kills the node: nothing of it runs any more. Its clients are still to be ended.
	 */
	public void kill() {
		this.running.gate().close();
		this.workers.abandon();
	}

	/** Starts the node, or another one after {@link #kill()}. */
	public void start() {
		if (this.running.gate().isClosed()) {
			this.parts.registry().members().all().forEach(this.parts.registry().members()::remove);
			this.running = compose();
		}
		node().start();
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
