/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.delivery.Users;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.NodeShutdown;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.test.simulation.actors.SoleOwnership;
import io.rivetevents.test.simulation.threads.Lifetime;
import io.rivetevents.test.simulation.threads.SeededWorkers;
import io.rivetevents.test.time.VirtualTime;
import io.rivetevents.transport.Handshake;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkSettings;
import io.rivetevents.transport.StreamSecrets;

/**
 * One simulated process: a node without a web server, whose threads and timers are those
 * of the simulation. It ends by a stop, or abruptly.
 */
final class SimulatedNode {

	/** The nodes of a cluster share a key. */
	private static final StreamSecrets SECRETS = new StreamSecrets("simulation");

	/** Time after which a node that stops gives up its instances. */
	private static final Duration MAX_STOP = Duration.ofSeconds(30);

	/** When it gives up its instances, {@code null} unless it stops. */
	private @Nullable Instant givesUp;

	private final Lifetime lifetime = new Lifetime();

	private final int number;

	private final LinkSettings settings;

	private final VirtualTime time;

	private final SeededWorkers workers;

	private final LocalNode node;

	private final LinkServices links;

	private final OutboundQueue.Limits queues;

	private final Scheduler timers;

	private final OutboundRegistry connections;

	/** {@code null} if it is the only node. */
	private final @Nullable ClusterMember member;

	private final SoleOwnership sole = new SoleOwnership();

	private boolean paused;

	/**
	 * Starts a node.
	 * @param number its number in the trace
	 * @param parts what it is made of
	 */
	SimulatedNode(int number, Nodes.Parts parts) {
		this.number = number;
		this.settings = parts.settings().websocket();
		this.time = parts.time();
		this.workers = parts.workers();
		Scheduler timers = this.time.timers(this.workers.line(this.lifetime));
		this.timers = timers;
		this.member = (parts.network() != null) ? new ClusterMember(this, parts.network(), parts.ids(), timers) : null;
		Scheduler threads = this.workers.scheduler(this.lifetime);
		Observers observers = new Observers(List.of(parts.calls().observer(this.lifetime)),
				() -> timers.now(TimeUnit.NANOSECONDS));
		Limits limits = new Limits(parts.settings().limits(), () -> timers.now(TimeUnit.NANOSECONDS));
		WakeupBatches bursts = new WakeupBatches(timers);
		OutboundRegistry connections = new OutboundRegistry(
				(this.member != null) ? this.member.name() : "node-" + number);
		this.connections = connections;
		ConnectionServices services = new ConnectionServices(
				new TargetServices(parts.actors().mapper(), parts.actors().contracts()), List.of(), observers, timers,
				threads, bursts, limits, CallerScope.NONE);
		ActorRuntime runtime = new ActorRuntime(parts.store(), threads, parts.clock(), services, List.of(),
				ContractFingerprints.NONE, parts.settings().schedule(), parts.ids(),
				(this.member != null) ? this.member.ownership() : this.sole);
		this.node = new LocalNode(runtime, parts.actors().types(), new ActionListeners(CallerScope.NONE), connections,
				this::directory);
		if (this.member != null) {
			this.member.make(parts.actors().mapper(), threads);
		}
		Handshake handshake = new Handshake(ConnectionAuthenticator.NONE, Users.PLAIN, false, limits,
				this.settings.authenticationTimeout(), timers, () -> false, AuthenticationExpiry.NONE, null);
		this.links = new LinkServices(directory(), connections, handshake, parts.actors().mapper(), SECRETS, observers,
				bursts, limits, this.node);
		this.queues = parts.settings().queues(new QueuedTotal(limits));
		if (this.member != null) {
			this.member.start();
		}
		this.node.start();
	}

	private ActorDirectory directory() {
		return (this.member != null) ? this.member.directory() : this.node.directory();
	}

	LinkServices links() {
		return this.links;
	}

	LinkSettings settings() {
		return this.settings;
	}

	OutboundQueue.Limits queues() {
		return this.queues;
	}

	/** Returns the thread of a new connection. */
	ScheduledExecutorService newThread() {
		Executor line = this.workers.line(this.lifetime);
		return this.time.executor(line);
	}

	/** Returns the way of messages from this node to a client, which outlives it. */
	Executor network() {
		return this.workers.line(new Lifetime());
	}

	/** Runs a task in this process, at any time before its end. */
	void run(Runnable task) {
		this.workers.add(this.lifetime, task);
	}

	/** Calls an action as server code does. */
	Mono<JsonNode> call(ActorAddress address, ToServer.ActionRequest request) {
		return directory().call(new ActorTarget.GetOrCreate(address, null), null, request);
	}

	/** Stops the node as an application does that shuts down. */
	Mono<Void> stop() {
		if (this.member == null) {
			return this.node.stop();
		}
		NodeShutdown shutdown = new NodeShutdown(this.node, this.connections, this.timers, MAX_STOP, Duration.ZERO);
		return this.member.stop(() -> {
			this.givesUp = this.time.now().plus(MAX_STOP);
			return shutdown.run();
		});
	}

	/** Returns whether it has given up its instances, which did not stop in time. */
	boolean hasGivenUp() {
		return this.givesUp != null && !this.time.now().isBefore(this.givesUp);
	}

	/** Ends the process at once; what it would still have done is lost. */
	void kill() {
		this.lifetime.end();
		if (this.member != null) {
			this.member.kill();
		}
		this.workers.resume(this.lifetime);
	}

	Lifetime lifetime() {
		return this.lifetime;
	}

	/** Compares each instance in its memory with the store at its next turn. */
	void compareWithStore() {
		this.sole.noteMerge();
	}

	/** Stops its threads, until {@link #resume}. */
	void pause() {
		this.paused = true;
		this.workers.pause(this.lifetime);
		Objects.requireNonNull(this.member).paused();
	}

	void resume() {
		this.paused = false;
		this.workers.resume(this.lifetime);
		Objects.requireNonNull(this.member).continued();
	}

	boolean isPaused() {
		return this.paused;
	}

	/** Returns whether an instance is in its memory. */
	boolean holds(ActorAddress address) {
		return this.node.holds(address);
	}

	/** Returns the node among the others; only if there are several. */
	ClusterMember member() {
		return Objects.requireNonNull(this.member);
	}

	LocalNode node() {
		return this.node;
	}

	OutboundRegistry connections() {
		return this.connections;
	}

	SeededWorkers workers() {
		return this.workers;
	}

	@Override
	public String toString() {
		return "node " + this.number;
	}

}
