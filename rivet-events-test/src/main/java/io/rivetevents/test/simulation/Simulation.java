/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import org.springframework.util.Assert;
import org.springframework.util.IdGenerator;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.network.TimedNetwork;
import io.rivetevents.test.simulation.actors.DurableActions;
import io.rivetevents.test.simulation.actors.InternalErrors;
import io.rivetevents.test.simulation.actors.MethodCalls;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.simulation.actors.SimulatedStore;
import io.rivetevents.test.simulation.check.Coverage;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.JumpingClock;
import io.rivetevents.test.simulation.threads.Lifetime;
import io.rivetevents.test.simulation.threads.SeededWorkers;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

/**
 * One run of actors and clients in a single thread, in which a seed decides everything:
 * what runs next, what clients do and when, which faults occur, and how time passes. The
 * method with {@link ActorSimulation} describes the clients, calls {@link #run()}, and
 * may check the result:
 *
 * <pre>{@code
 * import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
 * import io.rivetevents.test.simulation.ActorSimulation;
 * import io.rivetevents.test.simulation.Simulation;
 *
 * &#64;ActorSimulation(seeds = 1000, actors = Counter.class)
 * void neverCountsBackwards(Simulation simulation) {
 *     simulation.clients(3, "counter", "x").subscribe("counted").mayCall("count");
 *     simulation.run();
 *     assertThat(simulation.call(int.class, ActorAddress.of("counter", "x"), "count")).isPositive();
 * }
 * }</pre>
 * <p>
 * Besides the assertions of the method, each run checks that: a client receives events in
 * their order and each once; no event is lost without a notice; a position belongs to one
 * event; a session stays with its instance; each call is answered once; turns of an
 * instance do not overlap; each connection is closed once and has one disconnect hook;
 * saves are fenced; what was saved is loaded; the state of a durable action is stored
 * before its caller receives the result; and no action ends with an internal error unless
 * a fault of the store is the cause. Used by one thread.
 *
 * @since 0.1.0
 */
public final class Simulation {

	/** Time that clients need to connect, in addition to the longest action. */
	private static final Duration SETTLING = Duration.ofMinutes(9);

	/** Longest time for which the connections of a lost node are kept. */
	private static final Duration GRACE = Duration.ofSeconds(15);

	private final Random random;

	private final Trace trace;

	private final Violations violations = new Violations();

	private final VirtualTime time = new VirtualTime();

	private final JumpingClock clock = new JumpingClock(this.time.clock());

	private final SimulatedActors actors;

	private final SeededWorkers workers;

	private final SimulatedStore store;

	private final InternalErrors internalErrors;

	private final MethodCalls calls;

	private final List<SimulatedClient> clients = new ArrayList<>();

	private final Map<ActorAddress, Coverage.Known> known = new HashMap<>();

	private final Nodes nodes;

	private final ClusterSteps cluster;

	private final ServerCalls serverCalls;

	/** Time in which changes are saved, and clients receive the last position. */
	private final Duration pause;

	/** Longest time that clients may need to connect and to get their answers. */
	private final Duration maxSettling;

	private Set<Fault> faults = EnumSet.allOf(Fault.class);

	private int steps = 100;

	private Duration maxPause = Duration.ofMinutes(1);

	private Runnable invariant = () -> {
	};

	private boolean over;

	Simulation(long seed, SimulatedActors actors, SimulationSettings settings) {
		this.random = new Random(mix(seed));
		this.trace = new Trace(settings.kept());
		ActorSettings actor = settings.node().actor();
		this.pause = Collections.max(List.of(settings.node().websocket().keepAlive(), actor.saveInterval()));
		this.maxSettling = SETTLING.plus(actor.actionTimeout());
		this.actors = actors;
		this.workers = new SeededWorkers(this.random, this.trace);
		DurableActions durable = new DurableActions(actors, this.violations);
		this.store = new SimulatedStore(
				settings.store()
					.apply(new MemoryActorStateStore(new Limits(settings.node().limits()).stored(), this.time.clock())),
				durable, this.time, this.trace, this.violations);
		this.internalErrors = new InternalErrors(this.violations);
		this.calls = new MethodCalls(actors, this.trace, this.violations, durable, this.internalErrors);
		actors.reportTo(this.calls);
		TimedNetwork network = (settings.nodes() > 1)
				? new TimedNetwork(this.random, this.time.timers(this.workers.line(new Lifetime())), this.trace::add)
				: null;
		this.nodes = new Nodes(new Nodes.Parts(actors, this.store, this.time, this.clock, this.workers, this.calls,
				ids(seed), settings.node(), network), settings.nodes(), this.trace, this.violations, this.clients);
		this.serverCalls = new ServerCalls(this.random, this.trace, actors);
		this.cluster = new ClusterSteps(this.random, this.trace, this.nodes, this.store, network, this.serverCalls,
				this.violations);
	}

	/**
	 * Returns ids that follow from the seed: the order of connections depends on them.
	 */
	private static IdGenerator ids(long seed) {
		Random random = new Random(~mix(seed));
		return () -> new UUID(random.nextLong(), random.nextLong());
	}

	/** So that the choices of successive seeds differ from the first one on. */
	private static long mix(long seed) {
		long mixed = (seed ^ (seed >>> 33)) * 0xff51afd7ed558ccdL;
		mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
		return mixed ^ (mixed >>> 33);
	}

	/**
	 * Adds clients of one instance, which is created when the first of them connects.
	 * @param count number of clients
	 * @param actor name of the actor
	 * @param key key of the instance
	 * @return the clients, to describe what they do
	 */
	public SimulatedClients clients(int count, String actor, String... key) {
		ActorAddress address = ActorAddress.of(actor, key);
		SimulatedClients group = new SimulatedClients(address, this.actors);
		this.serverCalls.add(group);
		SimulatedClient.Run run = new SimulatedClient.Run(this.trace, this.violations, this.actors, this.time);
		Coverage.Known known = this.known.computeIfAbsent(address, (other) -> new Coverage.Known());
		for (int i = 0; i < count; i++) {
			this.clients.add(new SimulatedClient(this.clients.size() + 1, group, run, known));
		}
		return group;
	}

	/**
	 * Sets the faults that may occur. Default: all.
	 * @param faults the allowed faults; empty for none
	 */
	public Simulation faults(Fault... faults) {
		this.faults = EnumSet.noneOf(Fault.class);
		this.faults.addAll(List.of(faults));
		return this;
	}

	/**
	 * Sets how many steps clients, faults and time make together. Default: 100. The tasks
	 * of the server are not counted.
	 */
	public Simulation steps(int steps) {
		Assert.isTrue(steps > 0, "A simulation has at least one step");
		this.steps = steps;
		return this;
	}

	/**
	 * Sets the longest time that may pass in one step. Default: one minute, so that
	 * instances sleep and connections time out.
	 */
	public Simulation maxPause(Duration maxPause) {
		Assert.isTrue(maxPause.toMillis() > 0, "A pause takes at least one millisecond");
		this.maxPause = maxPause;
		return this;
	}

	/**
	 * Sets what is checked after each step.
	 * @param invariant throws an {@code AssertionError} if it is violated
	 */
	public Simulation always(Runnable invariant) {
		this.invariant = invariant;
		return this;
	}

	/**
	 * Lets actions end with {@code rivetkit.internal_error}, which otherwise fails the
	 * seed.
	 */
	public Simulation allowInternalErrors() {
		this.internalErrors.allow();
		return this;
	}

	/**
	 * Returns the source of random choices, so that the seed decides them. May be used by
	 * actors.
	 */
	public RandomGenerator random() {
		return this.random;
	}

	/**
	 * Returns the time of the simulation.
	 */
	public Instant now() {
		return this.time.now();
	}

	/**
	 * Returns the clock of the simulated machine, for the actors.
	 */
	public Clock clock() {
		return this.clock;
	}

	/**
	 * Returns a scheduler in the time of the simulation, for asynchronous actions.
	 */
	public Scheduler scheduler() {
		return this.time.timers(this.workers.line(new Lifetime()));
	}

	/**
	 * Returns a bean, for example an actor that the run prepares or that a check reads.
	 * The beans are the same in all runs of a method.
	 * @param type its type
	 */
	public <T> T bean(Class<T> type) {
		return this.actors.bean(type);
	}

	/**
	 * Runs all steps. Then the faults end, all clients connect, and the run continues
	 * until all their calls are answered, all events are delivered and all changes are
	 * saved.
	 */
	public void run() {
		Assert.state(!this.over, "A simulation runs once for each seed");
		this.over = true;
		Assert.state(!this.clients.isEmpty(), "A simulation has at least one client: add it with clients(..)");
		this.clients.forEach(SimulatedClient::begin);
		SimulationSteps chosen = new SimulationSteps(this.random, this.trace, this.clients, this.nodes, this.store,
				this.time, this.clock, this.cluster);
		chosen.choose(this.faults, this.maxPause);
		for (int i = 0; i < this.steps;) {
			if (!this.workers.isIdle() && chosen.isForServer()) {
				this.workers.runNext();
			}
			else {
				chosen.next();
				i++;
			}
			this.cluster.checkParts(this.known.keySet(), now());
			this.invariant.run();
			this.violations.check();
		}
		settle();
	}

	private void settle() {
		this.trace.add("the faults end");
		this.store.failNext(null);
		this.store.delayNext(Duration.ZERO);
		this.clock.jump(Duration.ZERO);
		this.nodes.endReplaced();
		this.cluster.end();
		for (SimulatedClient client : this.clients) {
			SimulatedSession session = client.session();
			if (session != null && !session.isReading()) {
				client.setReading(true);
			}
		}
		awaitQuiet();
		// the next keep-alive has the last position, and changes are saved by then
		for (int i = 0; i < 2; i++) {
			this.time.advance(this.pause);
			this.nodes.runAll();
		}
		awaitQuiet();
		this.cluster.check(this.known.keySet());
		this.clients.forEach(SimulatedClient::check);
		this.invariant.run();
		this.violations.check();
	}

	private void awaitQuiet() {
		Instant end = this.time.now().plus(this.maxSettling);
		while (true) {
			this.nodes.runAll();
			this.clients.stream()
				.filter(SimulatedClient::isDue)
				.forEach((client) -> client.connect(this.nodes.any(this.random)));
			this.nodes.runAll();
			this.violations.check();
			if (this.clients.stream().allMatch(SimulatedClient::isQuiet) && isServerQuiet()) {
				return;
			}
			this.cluster.start();
			if (this.time.now().isAfter(end)) {
				checkServer();
				this.cluster.check(this.known.keySet());
				this.clients.stream()
					.filter((client) -> !client.isQuiet())
					.forEach((client) -> this.violations.add("clients get in and are answered without faults",
							client.problem()));
			}
			this.violations.check();
			this.nodes.passToNextTask(SimulatedClient.RETRY);
		}
	}

	private boolean isServerQuiet() {
		return !this.nodes.isAnyLeaving() && this.serverCalls.unanswered(this.nodes.running()).isEmpty()
				&& this.nodes.running().size() == this.nodes.count() && this.cluster.isMoved(this.known.keySet());
	}

	private void checkServer() {
		this.serverCalls.unanswered(this.nodes.running())
			.forEach((call) -> this.violations.add("each call of the server ends", call));
		if (this.nodes.isAnyLeaving()) {
			this.violations.add("a node stops", "a node that leaves has not stopped");
		}
	}

	/**
	 * Lets time pass after the run, for example until schedules have run.
	 * @param duration how long
	 */
	public void advance(Duration duration) {
		Assert.state(this.over, "Call run() before you let time pass");
		Instant end = this.time.now().plus(duration);
		this.nodes.runAll();
		while (this.time.now().isBefore(end)) {
			this.nodes.passToNextTask(Duration.between(this.time.now(), end));
			this.nodes.runAll();
		}
		this.violations.check();
	}

	/**
	 * Calls an action after the run, as server code does.
	 * @param type type of the result
	 * @param address address of the instance
	 * @param action name of the action
	 * @param args its arguments
	 * @return the result
	 */
	public <T> T call(Class<T> type, ActorAddress address, String action, Object... args) {
		Assert.state(this.over, "Call run() before you call an action");
		List<JsonNode> values = Stream.of(args).map(this.actors.mapper()::toTree).toList();
		AtomicReference<Object> result = new AtomicReference<>();
		this.nodes.current()
			.call(address, new ToServer.ActionRequest(0, action, values))
			.subscribe(result::set, result::set, () -> result.compareAndSet(null, ""));
		Instant end = this.time.now().plus(this.maxSettling);
		this.nodes.runAll();
		while (result.get() == null && this.time.now().isBefore(end)) {
			this.nodes.passToNextTask(this.maxSettling);
			this.nodes.runAll();
		}
		T value = (result.get() instanceof JsonNode tree) ? this.actors.mapper().convert(tree, type) : null;
		if (value != null) {
			return value;
		}
		throw new AssertionError("%s of %s has no result: %s".formatted(action, address, result.get()),
				(result.get() instanceof Throwable ex) ? ex : null);
	}

	/** Lets all clients leave and stops the application, after the method. */
	void end() {
		Assert.state(this.over, "The method with @ActorSimulation must call run() of its simulation");
		this.clients.forEach(SimulatedClient::leave);
		this.nodes.runAll();
		settleConnections();
		this.calls.checkAllClosed();
		this.violations.check();
		this.nodes.stopAll();
		this.violations.check();
	}

	/** The end of a connection takes its time if its actor is on another node. */
	private void settleConnections() {
		if (this.nodes.count() > 1) {
			advance(GRACE);
		}
	}

	SimulatedStore store() {
		return this.store;
	}

	Trace trace() {
		return this.trace;
	}

	Violations violations() {
		return this.violations;
	}

}
