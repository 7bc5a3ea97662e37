/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

import org.springframework.util.JdkIdGenerator;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.NodeSettings;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.transport.Handshake;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.StreamSecrets;

/**
 * The beans of an application that make up a node.
 *
 * @param targets shared by all targets of events
 * @param inbound interceptors of requests
 * @param outbound interceptors of events
 * @param observers observers of actors
 * @param limits limits for clients
 * @param callers scope of application code that runs for a client
 * @param types the actors
 * @param listeners listeners of actions
 * @param fingerprints fingerprints of contracts
 * @param registry registry of connections
 * @param handshake authenticates clients
 * @param directory finds instances
 * @param properties settings of the application
 * @param deliveries records the deliveries
 * @param principals writes and reads the users of other nodes
 * @param outbox stores durable calls
 */
public record NodeParts(TargetServices targets, List<InboundInterceptor> inbound, List<OutboundInterceptor> outbound,
		Observers observers, Limits limits, CallerScope callers, ActorTypes types, ActionListeners listeners,
		ContractFingerprints fingerprints, OutboundRegistry registry, Supplier<Handshake> handshake,
		Supplier<ActorDirectory> directory, RivetEventsProperties properties, DeliveryRecorder deliveries,
		PrincipalCodec principals, Outbox outbox) {

	/**
	 * A node and its boundary to clients.
	 *
	 * @param node the node
	 * @param bursts batches of its wake-ups
	 */
	record Composed(LocalNode node, WakeupBatches bursts) {
	}

	/**
	 * Returns the parts of one of several nodes.
	 * @param registry registry of its connections
	 * @param directory finds instances, on any node
	 */
	NodeParts with(OutboundRegistry registry, Supplier<ActorDirectory> directory) {
		return new NodeParts(this.targets, this.inbound, this.outbound, this.observers, this.limits, this.callers,
				this.types, this.listeners, this.fingerprints, registry, this.handshake, directory, this.properties,
				this.deliveries, this.principals, this.outbox);
	}

	/**
	 * Composes a node that is not started.
	 * @param store its store
	 * @param clock its clock
	 * @param timers its timers
	 * @param workers its workers
	 * @param ownership which instances it may have in memory
	 */
	Composed compose(ActorStateStore store, Clock clock, Scheduler timers, Scheduler workers, Ownership ownership) {
		WakeupBatches bursts = new WakeupBatches(timers);
		ConnectionServices connections = new ConnectionServices(this.targets, this.outbound, this.observers, timers,
				workers, bursts, this.limits, this.callers, this.deliveries);
		ActorRuntime runtime = new ActorRuntime(store, workers, clock, connections, this.inbound, this.fingerprints,
				NodeSettings.of(this.properties).schedule(), new JdkIdGenerator(), ownership, this.outbox,
				this.principals);
		return new Composed(new LocalNode(runtime, this.types, this.listeners, this.registry, this.directory), bursts);
	}

	/**
	 * Returns what clients of a node connect to.
	 * @param composed the node
	 * @param store its store
	 * @param threads makes the thread of a client
	 * @param workers run the tasks of clients
	 */
	LinkHost host(Composed composed, ActorStateStore store, Function<Executor, ScheduledExecutorService> threads,
			Scheduler workers) {
		NodeSettings settings = NodeSettings.of(this.properties);
		LinkServices services = new LinkServices(this.directory.get(), this.registry, this.handshake.get(),
				this.targets.mapper(), secrets(store), this.observers, composed.bursts(), this.limits, composed.node());
		return new LinkHost(services, settings.websocket(), settings.queues(new QueuedTotal(this.limits)), threads,
				workers);
	}

	private StreamSecrets secrets(ActorStateStore store) {
		String key = this.properties.security().streamKey();
		return new StreamSecrets((key != null) ? key : store.initialize("stream-key", StreamSecrets.newKey()));
	}

}
