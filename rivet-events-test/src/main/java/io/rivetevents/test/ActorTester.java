/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;

import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.DeliveryLog;
import io.rivetevents.explain.Explanation;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.Outbox;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.NodeParts;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.store.FaultyStateStore;

/**
 * Tests actors through clients without sockets, in a time that the test lets pass. Each
 * client is connected as a real one is: with its handshake, its queue, its encoding and
 * all rules of the application.
 *
 * <pre>{@code
 * TestConnection one = tester.connect("room", "x").as(user("one")).subscribe("said");
 * one.call("say", "hi").expectReply();
 * one.expectEvent("said", "hi");
 * }</pre>
 *
 * Add {@link io.rivetevents.test.autoconfigure.ActorTest @ActorTest} or
 * {@link io.rivetevents.test.autoconfigure.AutoConfigureActorTester} to a test class, and
 * inject the tester. After each test method all clients are cut, faults are removed, and
 * the default store in memory is empty. Used by one thread: test methods that JUnit runs
 * in parallel use the tester of one application context one after the other.
 *
 * @since 0.1.0
 */
public final class ActorTester {

	private static final int REFUSED = 400;

	/** Longer than the first attempts to find another owner take. */
	private static final Duration MOVE = Duration.ofSeconds(1);

	private final Backend backend;

	private final NodeParts parts;

	private final Progress progress;

	private final List<TestConnection> connections = new ArrayList<>();

	/** Of the test method that uses it. */
	private final Semaphore methods = new Semaphore(1);

	/**
	 * Creates a tester.
	 * @param backend the server that is tested
	 * @param parts beans of the application
	 */
	ActorTester(Backend backend, NodeParts parts) {
		this.backend = backend;
		this.parts = parts;
		this.progress = backend.progress(() -> this.connections);
	}

	/**
	 * Begins to connect a client to an instance, which is created if there is none.
	 * @param actor name of the actor
	 * @param key key of the instance, part by part
	 */
	public ConnectSpec connect(String actor, String... key) {
		return new ConnectSpec(this, new ActorAddress(ActorAddress.DEFAULT_NAMESPACE, actor, ActorKey.of(key)),
				CurrentUser.principal());
	}

	/**
	 * Begins to connect a client to an instance, which is created if there is none.
	 * @param actor class of the actor
	 * @param key key of the instance, part by part
	 * @throws IllegalArgumentException if there is no actor of that class
	 */
	public ConnectSpec connect(Class<?> actor, String... key) {
		return connect(this.parts.types().nameOf(actor), key);
	}

	// Time

	/**
	 * Lets time pass: all that is due happens in its order, each at its time, such as
	 * timeouts, saves, schedules, keep-alives and sleep.
	 * @param duration how long; zero waits until all that can be done now is done
	 */
	public void advance(Duration duration) {
		this.progress.advance(duration);
	}

	/**
	 * Returns the present of the test, which begins at 2026-01-01T00:00:00Z.
	 */
	public Instant now() {
		return this.backend.now();
	}

	/**
	 * Waits until all turns and deliveries are done.
	 * @throws AssertionError if a turn does not end
	 */
	public void settle() {
		String busy = this.progress.settle();
		if (busy != null) {
			throw new AssertionError("The server is still at work: %s".formatted(busy));
		}
	}

	// Deliveries

	/**
	 * Returns what has happened to an event since the beginning of the test method, for
	 * each connection: whether it was targeted, refused, skipped, queued, dropped,
	 * written or handled. Waits until all turns and deliveries are done. A client handles
	 * what it receives, and reports it only in the extended mode.
	 * {@link Explanation#toString()} returns a table.
	 * @param event name of the event, sent by any instance
	 */
	public Explanation explain(String event) {
		settle();
		this.connections.forEach(TestConnection::reportHandled);
		settle();
		return this.parts.deliveries().explain(event);
	}

	// Faults

	/**
	 * Stops the node as at the end of an application, and starts it again: instances are
	 * saved, and clients are closed with {@code actor.restarting}. Time passes until the
	 * node has stopped. Of several nodes, one after the other is stopped and started, and
	 * one that does not run stays so.
	 * @throws IllegalStateException if no node runs
	 */
	public void restart() {
		this.backend.restart();
		this.progress.handle();
	}

	/**
	 * Kills the node, and starts another one over the same store: no hook runs, nothing
	 * is saved, threads of the node are interrupted, and clients lose their connections.
	 * Several nodes are all killed at the same time, and others started.
	 */
	public void kill() {
		this.backend.kill(this.connections);
		this.progress.handle();
	}

	/**
	 * Fails the next save of any instance, as a database that cannot be reached.
	 */
	public void failNextSave() {
		store().onCommit().fail(new IllegalStateException("This save was failed by the test"));
	}

	/**
	 * Returns the store of the node, for further faults. It passes calls to the store of
	 * the application.
	 */
	public FaultyStateStore store() {
		return this.backend.store();
	}

	// Nodes

	/**
	 * Returns the number of the node that owns an instance: where it is in memory, or is
	 * created or woken next. The same address has the same owner in each run of a test.
	 * The owner changes if a node ends or starts. In a partition, the largest part of the
	 * nodes decides.
	 * @param actor name of the actor
	 * @param key key of the instance, part by part
	 * @return the number, from 1
	 * @throws IllegalStateException if all nodes are in smaller parts of the nodes
	 * before, so that none is the owner
	 */
	public int owner(String actor, String... key) {
		return nodes().owner(new ActorAddress(ActorAddress.DEFAULT_NAMESPACE, actor, ActorKey.of(key)));
	}

	/**
	 * Returns the number of the node that owns an instance.
	 * @param actor class of the actor
	 * @param key key of the instance, part by part
	 * @return the number, from 1
	 * @throws IllegalArgumentException if there is no actor of that class
	 * @throws IllegalStateException if there is no owner
	 */
	public int owner(Class<?> actor, String... key) {
		return owner(this.parts.types().nameOf(actor), key);
	}

	/**
	 * Cuts the network between some nodes and all others, until {@link #heal()}. A part
	 * with fewer than half of the nodes stops its instances, and waits for at most 30
	 * seconds. The store and the clients of each node stay connected to it. A further
	 * partition replaces the first one.
	 * <p>
	 * The nodes notice it at once, without the time of {@code failure-timeout}. A second
	 * passes, in which clients are connected to other owners; so it does after the other
	 * changes of nodes.
	 * @param nodes numbers of the nodes of one part
	 */
	public void partition(int... nodes) {
		nodes().partition(nodes);
		move();
	}

	/** Ends a partition: the nodes join again. */
	public void heal() {
		nodes().heal();
		move();
	}

	/**
	 * Kills one of several nodes: no hook runs, nothing is saved, threads of the node are
	 * interrupted, and its clients lose their connections. The other nodes notice it at
	 * once.
	 * @param node number of the node
	 * @throws IllegalStateException if it does not run
	 */
	public void kill(int node) {
		this.backend.kill(node, this.connections);
		move();
	}

	/**
	 * Stops one of several nodes as at the end of an application: its instances are
	 * saved, and its clients are closed with {@code actor.restarting}. The other nodes
	 * take the instances that are used. Time passes until the node has stopped.
	 * @param node number of the node
	 * @throws IllegalStateException if it does not run
	 */
	public void stop(int node) {
		this.backend.stop(node, this.connections);
		move();
	}

	/**
	 * Starts a node that was killed or stopped. It joins the others, and its share of the
	 * instances moves to it.
	 * @param node number of the node
	 * @throws IllegalStateException if it runs
	 */
	public void start(int node) {
		nodes().start(node);
		move();
	}

	/** Lets clients and calls find other owners, which they try after a pause. */
	private void move() {
		this.progress.advance(MOVE);
	}

	TestNodes nodes() {
		return this.backend.nodes();
	}

	/** Waits for the end of another test method that uses this tester. */
	void begin() {
		this.methods.acquireUninterruptibly();
	}

	/** Ends the clients, faults and instances of a test method. */
	void reset() {
		try {
			this.backend.reset(this.connections);
			this.connections.clear();
			this.parts.deliveries().clear();
		}
		finally {
			this.methods.release();
		}
	}

	/** Ends the clients, and the node if it belongs to the tests. */
	void end() {
		this.backend.end(this.connections);
		this.connections.clear();
	}

	// For connections

	TestConnection add(TestConnection connection) {
		this.connections.add(connection);
		return connection;
	}

	ClientTransport transport(ConnectSpec spec, ClientTransport.Receiver receiver) {
		return this.backend.transport(spec, receiver);
	}

	DeliveryLog deliveries() {
		return this.parts.deliveries();
	}

	Progress progress() {
		return this.progress;
	}

	ValueMapper mapper() {
		return this.parts.targets().mapper();
	}

	EventContracts contracts() {
		return this.parts.targets().contracts();
	}

	boolean isOneWay(String actor, String action) {
		ActorType type = this.parts.types().find(actor);
		ActorType.ActionSettings settings = (type != null) ? type.action(action) : null;
		return settings != null && settings.oneWay();
	}

	/** Returns an interface of the actor, whose calls are those of a client. */
	<T> T actions(Class<T> api, TestConnection connection, ActorAddress address) {
		ActorDirectory directory = (ActorDirectory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ActorDirectory.class }, (proxy, method, args) -> {
					if (!method.getName().equals("call")) {
						throw new UnsupportedOperationException("A client of a test can only call actions");
					}
					ToServer.ActionRequest request = (ToServer.ActionRequest) args[2];
					return call(connection, request);
				});
		return new DirectoryActors(() -> directory, this.parts.types(), this.parts.listeners(), this.parts.targets(),
				Outbox.NONE, Tracing.NONE)
			.get(address.name(), address.key())
			.as(api);
	}

	private Mono<JsonNode> call(TestConnection connection, ToServer.ActionRequest request) {
		return Mono.defer(() -> {
			ActionResult result = connection.call(request.name(), request.args(), request.options());
			if (request.options().oneWay()) {
				return Mono.empty();
			}
			ToClient answer = connection.awaitAnswer(result);
			if (answer instanceof ToClient.Error error) {
				return Mono
					.error(new RivetException(error.group(), error.code(), REFUSED, error.message(), error.metadata()));
			}
			return Mono.justOrEmpty(Objects.requireNonNull((ToClient.ActionResponse) answer).output());
		});
	}

}
