/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.instance.ConnectHandler.Accepted;
import io.rivetevents.actor.instance.ConnectHandler.Guest;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.InstanceStart;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.pending.TurnRequest;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;

/**
 * Connects clients to instances, and wakes or creates the instances if necessary.
 */
final class Entrances {

	private final Instances instances;

	private final InstanceLookup lookup;

	private final RequestChecks checks;

	private final OutboundRegistry connections;

	private final Observers observers;

	/**
	 * Creates entrances.
	 * @param instances the instances in memory
	 * @param lookup finds other instances
	 * @param checks checks for requests of clients
	 * @param connections registry of the outbound paths to clients
	 * @param observers trace the connects
	 */
	Entrances(Instances instances, InstanceLookup lookup, RequestChecks checks, OutboundRegistry connections,
			Observers observers) {
		this.instances = instances;
		this.lookup = lookup;
		this.checks = checks;
		this.connections = connections;
		this.observers = observers;
	}

	/**
	 * How a client enters an instance.
	 *
	 * @param counting creates the pending call of each turn, from the function that
	 * rejects it
	 * @param door accepts the client
	 */
	record Entrance(Function<Consumer<ErrorCode>, PendingCall> counting, Door door) {
	}

	/** Accepts a client. */
	interface Door {

		/**
		 * Accepts a client.
		 * @param call the pending call of the turn
		 * @param asked whether the hook before the connect has already run
		 */
		Mono<Accepted> admit(ActorInstance instance, PendingCall call, boolean asked);

	}

	/**
	 * An accepted client.
	 *
	 * @param info the instance
	 * @param admission its admission
	 */
	record Admitted(ActorInfo info, Accepted admission) {
	}

	/**
	 * An instance that a client has entered.
	 *
	 * @param instance the instance, or the draft of one
	 * @param arrival the state of the instance at the arrival of the client
	 * @param admitted the client's admission, {@code null} if it has none yet
	 */
	private record Opened(ActorInstance instance, InstanceStart.Arrival arrival, @Nullable Admitted admitted) {
	}

	/**
	 * Connects a client whose outbound path is registered.
	 * @return the instance, after the client was notified
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
		ClientUsage usage = this.connections.usage(request);
		// everything else of the request counts while the client is connected
		long weight = MessageWeight.ofRequest(null, target.input());
		return this.lookup.locate(target).flatMap((address) -> {
			this.checks.checkInput(address, target);
			return this.observers.traceConnection(address,
					this.checks.authorize(address, request.identity())
						.then(open(address, target, request,
								new Entrance((refusal) -> PendingCall.ofRequest(weight, usage),
										(instance, call, asked) -> admit(instance, request, call, asked))))
						.map((admitted) -> admitted.info()));
		});
	}

	/**
	 * Wakes or creates an instance and connects a client to it: in one turn, except for a
	 * hook that may block before the client is accepted. An instance that was created for
	 * a rejected client is discarded.
	 */
	Mono<Admitted> open(ActorAddress address, ActorTarget target, ConnectRequest request, Entrance entrance) {
		return TurnRequest
			.ask(this.instances.at(address, "connect"), false, entrance.counting(),
					(instance, call) -> instance.arrive(target, request, null)
						.flatMap(
								(arrival) -> (arrival.draft() != null || instance.clients().connectsAside(request))
										? Mono.just(new Opened(instance, arrival, null))
										: letIn(instance, entrance, call, arrival, false)
											.map((admitted) -> new Opened(instance, arrival, admitted))))
			.flatMap((opened) -> {
				if (opened.admitted() != null) {
					return Mono.just(opened.admitted());
				}
				Draft draft = opened.arrival().draft();
				return (draft != null)
						? opened.instance()
							.clients()
							.askBeforeCreation(request, draft)
							.then(Mono.defer(() -> openAllowed(address, target, request, entrance, draft)))
						: openAside(address, target, request, entrance);
			})
			// the instance has changed in the meantime: try again with the present one
			.switchIfEmpty(Mono.defer(() -> open(address, target, request, entrance)))
			.doOnError((ex) -> discard(address))
			.doOnCancel(() -> discard(address));
	}

	/**
	 * Creates an instance and connects the client that was accepted before.
	 * @return empty if another instance was created in the meantime, which has to accept
	 * the client first
	 */
	private Mono<Admitted> openAllowed(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance, Draft draft) {
		return TurnRequest.ask(this.instances.at(address, "connect"), false, entrance.counting(),
				(instance, call) -> instance.arrive(target, request, draft)
					.filter((arrival) -> instance.hasInputOf(draft))
					.flatMap((arrival) -> letIn(instance, entrance, call, arrival, true)));
	}

	/**
	 * Connects a client to an instance in memory.
	 * @return empty if the instance has left memory
	 */
	private Mono<Admitted> openAside(ActorAddress address, ActorTarget target, ConnectRequest request,
			Entrance entrance) {
		return TurnRequest.ask(this.instances.at(address, "connect"), true, entrance.counting(),
				(instance, call) -> instance.isRunning()
						? instance.arrive(target, request, null)
							.flatMap((arrival) -> letIn(instance, entrance, call, arrival, false))
						: Mono.<Admitted>empty());
	}

	private static Mono<Admitted> letIn(ActorInstance instance, Entrance entrance, PendingCall call,
			InstanceStart.Arrival arrival, boolean asked) {
		ActorInfo info = Objects.requireNonNull(arrival.info());
		return entrance.door().admit(instance, call, asked).map((admission) -> new Admitted(info, admission));
	}

	private void discard(ActorAddress address) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.discardIfUnclaimed();
		}
	}

	private Mono<Accepted> admit(ActorInstance instance, ConnectRequest request, PendingCall call, boolean asked) {
		BooleanSupplier gone = () -> this.connections.outbound(request) == Outbound.NONE;
		if (gone.getAsBoolean()) {
			return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}
		Outbound outbound = this.connections.outbound(request);
		ClientUsage usage = this.connections.usage(request);
		return connect(instance, new Guest(request, outbound, usage, gone, (admission) -> {
			call.end(); // before the notification, so that the next messages of the
						// client find all their room
			admission.tell();
			if (gone.getAsBoolean()) {
				// the client disconnected in the meantime, and could not be found by then
				this.instances.disconnected(instance.address(), request.connectionId());
			}
		}), asked);
	}

	/** Connects a client; the hook before the connect may have run already. */
	static Mono<Accepted> connect(ActorInstance instance, Guest guest, boolean asked) {
		return asked ? instance.clients().connectAllowed(guest) : instance.clients().connect(guest);
	}

}
