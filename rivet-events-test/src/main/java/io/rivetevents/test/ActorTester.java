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
import java.util.stream.Stream;

import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.CountedWorkers;
import io.rivetevents.test.node.NodeParts;
import io.rivetevents.test.node.TestLink;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.test.store.FaultyStateStore;
import io.rivetevents.transport.PendingHandshake;

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
 * Add {@link ActorTest} or {@link AutoConfigureActorTester} to a test class, and inject
 * the tester. After each test method all clients are cut, faults are removed, and the
 * default store in memory is empty. Used by one thread.
 *
 * @since 0.1.0
 */
public final class ActorTester {

	private static final int REFUSED = 400;

	private final TestNodes nodes;

	private final NodeParts parts;

	private final VirtualTime time;

	private final Progress progress;

	private final List<TestConnection> connections = new ArrayList<>();

	/**
	 * Creates a tester.
	 * @param nodes the node that is tested
	 * @param parts beans of the application
	 * @param time time of the node
	 * @param workers workers of the node
	 * @param patience longest wait for work that waits for something outside of the node
	 */
	ActorTester(TestNodes nodes, NodeParts parts, VirtualTime time, CountedWorkers workers, Duration patience) {
		this.nodes = nodes;
		this.parts = parts;
		this.time = time;
		time.beforeStep(workers::settle);
		this.progress = new MemoryProgress(time, () -> busy(workers), patience);
	}

	private List<String> busy(CountedWorkers workers) {
		Stream<String> turns = this.nodes.node().atWork().stream().map("a turn of %s has not ended"::formatted);
		Stream<String> calls = this.connections.stream().flatMap((connection) -> connection.unanswered().stream());
		return Stream.of(turns, calls, workers.atWork().stream()).flatMap((part) -> part).toList();
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
	 * Returns the present of the test, which begins at {@link VirtualTime#START}.
	 */
	public Instant now() {
		return this.time.now();
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

	// Faults

	/**
	 * Stops the node as at the end of an application, and starts it again: instances are
	 * saved, and clients are closed with {@code actor.restarting}. Time passes until the
	 * node has stopped.
	 */
	public void restart() {
		this.nodes.restart();
		this.progress.handle();
	}

	/**
	 * Kills the node, and starts another one over the same store: no hook runs, nothing
	 * is saved, threads of the node are interrupted, and clients lose their connections.
	 */
	public void kill() {
		this.nodes.kill();
		abandonLinks();
		this.nodes.startAgain();
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
		return this.nodes.store();
	}

	/** Ends the clients, faults and instances of a test method. */
	void reset() {
		end();
		this.nodes.forget();
		this.nodes.startAgain();
	}

	/** Ends the clients and the node. */
	void end() {
		this.nodes.store().clear();
		this.nodes.kill();
		abandonLinks();
		this.connections.clear();
	}

	private void abandonLinks() {
		this.connections.forEach((connection) -> {
			if (connection.transport() instanceof TestLink link) {
				link.abandon();
			}
		});
	}

	// For connections

	TestConnection add(TestConnection connection) {
		this.connections.add(connection);
		return connection;
	}

	ClientTransport transport(ConnectSpec spec, ClientTransport.Receiver receiver) {
		PendingHandshake handshake = new PendingHandshake(spec.handshake(), spec::target, spec::params,
				Context.empty());
		return new TestLink(this.nodes.host(), spec.encoding(), handshake, receiver);
	}

	Progress progress() {
		return this.progress;
	}

	ValueMapper mapper() {
		return this.parts.mapper();
	}

	EventContracts contracts() {
		return this.parts.contracts();
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
		return new DirectoryActors(() -> directory, this.parts.types(), this.parts.listeners(), mapper(), contracts(),
				this.parts.transactions())
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
