/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.placement.pending.TurnRequest;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

/**
 * Finds the instances of this node and delivers messages to them. Every requested
 * instance runs on this node.
 */
final class LocalActorDirectory implements ActorDirectory {

	private static final Mono<Void> GONE = Mono.empty();

	private final Instances instances;

	private final ActorTypes types;

	private final InstanceLookup lookup;

	private final RequestChecks checks;

	private final Entrances entrances;

	private final StatelessCalls calls;

	private final Ownership ownership;

	/**
	 * Creates a directory.
	 * @param instances the instances in memory
	 * @param checks checks for requests of clients
	 * @param types the actor types
	 * @param runtime shared by all instances
	 * @param connections registry of the outbound paths to clients
	 */
	LocalActorDirectory(Instances instances, RequestChecks checks, ActorTypes types, ActorRuntime runtime,
			OutboundRegistry connections) {
		this.instances = instances;
		this.types = types;
		this.ownership = runtime.ownership();
		this.checks = checks;
		this.lookup = new InstanceLookup(instances, runtime);
		this.entrances = new Entrances(instances, this.lookup, checks, connections, runtime.observers());
		this.calls = new StatelessCalls(types, instances, this.lookup, checks, this.entrances, runtime);
	}

	// Location

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target) {
		return ask(target, "resolve", (instance) -> instance.start(target, null));
	}

	@Override
	public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
		return this.checks.visit(target, caller, 0, "resolve",
				(visit) -> this.lookup.locate(target).flatMap((address) -> {
					this.checks.checkInput(address, target);
					return this.checks.authorize(address, caller.identity())
						.then(TurnRequest.ask(this.instances.at(address, "resolve"), false,
								(refusal) -> PendingCall.ofRequest(visit),
								(instance, call) -> instance.start(target, caller)));
				}));
	}

	@Override
	public Mono<Void> authorize(ActorTarget target, Identity identity) {
		return this.lookup.locate(target).flatMap((address) -> this.checks.authorize(address, identity));
	}

	@Override
	public Mono<ActorInfo> find(ActorTarget target) {
		return this.lookup.find(target);
	}

	@Override
	public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
		return this.lookup.list(namespace, name, after, limit);
	}

	@Override
	public Mono<Void> destroy(ActorTarget target) {
		return ask(target, "destroy", (instance) -> instance.start(target, null).map((info) -> {
			instance.requestDestroy();
			return this.instances.departures().of(instance);
		}).onErrorResume(LocalActorDirectory::isUnreadable, (ex) -> instance.deleteUnreadable(target).thenReturn(GONE)))
			.flatMap(Function.identity());
	}

	private static boolean isUnreadable(Throwable ex) {
		return ex instanceof RivetException refusal
				&& refusal.closeReason().equals(CloseReason.of(ErrorCode.STATE_UNREADABLE));
	}

	/** Runs work on an instance, in a turn. */
	private <T> Mono<T> ask(ActorTarget target, String operation, Function<ActorInstance, Mono<T>> work) {
		return this.lookup.locate(target)
			.flatMap((address) -> TurnRequest.ask(this.instances.at(address, operation), false, work));
	}

	// Connections

	@Override
	public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		return this.entrances.connect(target, request);
	}

	@Override
	public void deliver(ActorAddress address, String connectionId, ToServer message) {
		this.instances.deliver(address, connectionId, message);
	}

	@Override
	public void keepAlive(ActorAddress address, String connectionId) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.keepAlive(connectionId);
		}
		else {
			this.instances.sleeping().keepAlive(address, connectionId);
		}
	}

	@Override
	public void disconnected(ActorAddress address, String connectionId) {
		this.instances.disconnected(address, connectionId);
	}

	// Calls and events

	@Override
	public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
		return (caller != null) ? this.calls.call(target, caller, action) : this.calls.call(target, action);
	}

	@Override
	public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
		return this.calls.predict(target, connectionId, action);
	}

	@Override
	public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
		return Mono.defer(() -> {
			ActorAddress connected = this.instances.connected(target);
			ActorAddress address = (connected != null) ? connected : target.address();
			if (address == null || (connected == null && !isStored(address, dispatch))) {
				return Mono.just(Receipt.NOBODY);
			}
			return TurnRequest.ask(this.instances.at(address, "event"), false,
					(instance) -> send(instance, target, dispatch));
		});
	}

	/** Sends an event by an instance, which may be the next one of its address. */
	private Mono<Receipt> send(ActorInstance instance, ActorTarget target, AddressedEvent dispatch) {
		if (hasMoved(instance)) {
			return Mono.error(new NotBegun());
		}
		if (instance.isRunning() && !InstanceLookup.isAt(target, instance)) {
			return Mono.just(Receipt.NOBODY);
		}
		RivetException refusal = instance.refusal();
		Mono<?> awake = (refusal != null) ? Mono.error(refusal) : isStored(instance.address(), dispatch)
				? instance.start(present(target, instance.address()), null) : Mono.empty();
		return awake.then(Mono.fromSupplier(() -> instance.events().dispatch(dispatch)))
			.onErrorResume(RivetException.class, (ex) -> isNotFound(ex) ? Mono.just(Receipt.NOBODY) : Mono.error(ex));
	}

	/** An event creates no instance. */
	private static ActorTarget present(ActorTarget target, ActorAddress address) {
		return (target instanceof ActorTarget.ById) ? target : new ActorTarget.Get(address);
	}

	/** Returns whether an instance has left for another node, which sends the event. */
	private boolean hasMoved(ActorInstance instance) {
		return !instance.isRunning() && !this.ownership.owns(instance.address());
	}

	/** Returns whether clients that connect later receive an event. */
	private boolean isStored(ActorAddress address, AddressedEvent dispatch) {
		return !dispatch.droppable() && this.types.at(address).hasDurableEvents();
	}

	private static boolean isNotFound(RivetException ex) {
		return ErrorCode.ACTOR_NOT_FOUND.reason().equals(ex.group() + "." + ex.code());
	}

}
