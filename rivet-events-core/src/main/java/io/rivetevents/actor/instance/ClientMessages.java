/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.actor.subscription.SubscriptionHandler;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.outbound.MovedClients;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.CallerScope;

/**
 * Handles the messages of connected clients of one instance, depending on their kind.
 */
public final class ClientMessages {

	private final ClientInstance instance;

	private final ActorConnections connections;

	private final ActionHandler actions;

	private final SubscriptionHandler subscriptions;

	private final MovedClients moved;

	private final CallerScope callers;

	private final Scheduler workers;

	/**
	 * Creates the handler.
	 * @param instance instance of the clients
	 * @param actions handler of calls
	 * @param subscriptions handler of subscriptions
	 * @param moved clients whose messages are for another node
	 * @param runtime provides the workers
	 */
	ClientMessages(ClientInstance instance, ActionHandler actions, SubscriptionHandler subscriptions,
			MovedClients moved, ActorRuntime runtime) {
		this.instance = instance;
		this.connections = instance.connections();
		this.actions = actions;
		this.subscriptions = subscriptions;
		this.moved = moved;
		this.callers = runtime.callers();
		this.workers = runtime.workers();
	}

	/**
	 * Cancels a call of a client. Not called in a turn, because the call may hold the
	 * turn.
	 */
	void cancel(ActorConnection connection, ToServer.Cancel cancel) {
		connection.calls().cancel(cancel.id(), this.workers);
	}

	/**
	 * Handles the reply of a client to a server request. Not called in a turn, because
	 * the code that waits for the reply may hold the turn.
	 */
	void answerRequest(ActorConnection connection, ToServer.ActionRequest reply) {
		this.callers.run(null, () -> connection.requests().answer(reply.args()));
		if (!reply.options().oneWay()) {
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	/**
	 * Registers a call that has arrived. Thread-safe.
	 * @return the call, which counts until it has been answered
	 */
	PendingCall arrived(ActorConnection connection, ToServer.ActionRequest request) {
		PendingCall call = this.actions.arrived(connection, request);
		return (connection.request().stream() != null) ? call.cancelledBy(connection.calls(), request.id()) : call;
	}

	/**
	 * Answers a call, in its turn.
	 * @param call the registered call
	 * @return the remaining work, {@code null} if there is none
	 */
	@Nullable Mono<Void> answer(String connectionId, ToServer.ActionRequest request, PendingCall call) {
		ActorConnection connection = waiting(connectionId);
		RivetException refusal = this.instance.refusal();
		if (connection == null) {
			this.moved.giveBack(connectionId, request);
			return null;
		}
		if (refusal != null) {
			this.actions.refuse(connection, request, refusal);
			return null;
		}
		return this.actions.answer(connection, request, call);
	}

	/**
	 * Changes a subscription, in its turn.
	 * @return the remaining work, {@code null} if there is none
	 */
	@Nullable Mono<Void> subscribe(String connectionId, ToServer.SubscriptionRequest request) {
		ActorConnection connection = waiting(connectionId);
		RivetException refusal = this.instance.refusal();
		if (connection == null) {
			this.moved.giveBack(connectionId, request);
			return null;
		}
		if (refusal != null) {
			this.subscriptions.refuseAside(connection, request, refusal);
			return null;
		}
		return this.subscriptions.change(connection, request);
	}

	/**
	 * Returns a connection, {@code null} if it has ended and its pending calls have
	 * failed.
	 */
	private @Nullable ActorConnection waiting(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		return (connection != null && !connection.hasEnded()) ? connection : null;
	}

	/**
	 * Calls an action as if a connection had called it.
	 * @param connectionId id of the connection
	 * @param call the registered call
	 * @return the result, as for {@link ActionHandler#perform}
	 */
	public Mono<JsonNode> predict(String connectionId, ToServer.ActionRequest request, PendingCall call) {
		ActorConnection connection = this.connections.find(connectionId);
		RivetException refusal = this.instance.refusal();
		if (refusal != null) {
			return Mono.error(refusal);
		}
		return (connection != null) ? this.actions.perform(connection, request, call)
				: Mono.error(() -> new IllegalArgumentException(
						"Connection %s does not belong to %s".formatted(connectionId, this.instance.address())));
	}

}
