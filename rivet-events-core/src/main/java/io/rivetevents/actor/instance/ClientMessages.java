package io.rivetevents.actor.instance;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ClientRequests;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.PendingCall;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.CallerScope;

/**
 * What connected clients of one instance send: all that depends on the kind of a message
 * is decided here.
 */
public final class ClientMessages {

	private final ClientInstance instance;

	private final ActorConnections connections;

	private final ActionHandler actions;

	private final SubscriptionHandler subscriptions;

	private final CallerScope callers;

	private final Scheduler workers;

	/**
	 * Creates what takes messages.
	 * @param instance whose clients send
	 * @param actions what they call
	 * @param subscriptions what they subscribe to
	 * @param runtime has the workers
	 */
	ClientMessages(ClientInstance instance, ActionHandler actions, SubscriptionHandler subscriptions,
			ActorRuntime runtime) {
		this.instance = instance;
		this.connections = instance.connections();
		this.actions = actions;
		this.subscriptions = subscriptions;
		this.callers = runtime.callers();
		this.workers = runtime.workers();
	}

	/**
	 * Takes a message that does not wait for a turn. For any thread.
	 * @return whether it is such a message
	 */
	boolean receiveAside(ActorConnection connection, ToServer message) {
		if (message instanceof ToServer.Cancel cancel) {
			// not in a turn: the call may hold it
			connection.calls().cancel(cancel.id(), this.workers);
			return true;
		}
		if (message instanceof ToServer.ActionRequest reply && reply.name().equals(ClientRequests.REPLY)) {
			answerRequest(connection, reply);
			return true;
		}
		return false;
	}

	/** Not in a turn: the one that waits for this answer may hold it. */
	private void answerRequest(ActorConnection connection, ToServer.ActionRequest reply) {
		this.callers.run(null, () -> connection.requests().answer(reply.args()));
		if (!reply.options().oneWay()) {
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	/**
	 * Notes a message that has arrived. For any thread.
	 * @return what it counts as until it has been answered
	 */
	PendingCall arrived(ActorConnection connection, ToServer message) {
		if (!(message instanceof ToServer.ActionRequest request)) {
			return this.subscriptions.arrived(connection, message);
		}
		PendingCall call = this.actions.arrived(connection, request);
		return (connection.request().stream() != null) ? call.cancelledBy(connection.calls(), request.id()) : call;
	}

	/** Return whether the next turn may run before a message has been handled. */
	boolean isInterleaved(ToServer message) {
		return message instanceof ToServer.ActionRequest request && this.instance.type().isInterleaved(request.name());
	}

	/**
	 * Return whether {@link #receive} may block its thread. For any thread.
	 */
	boolean mayBlock(ToServer message) {
		return !(message instanceof ToServer.ActionRequest request) || this.actions.mayBlock(request);
	}

	/**
	 * Handle a message of a connected client, in its turn.
	 * @param call what it has counted as since its arrival
	 * @return what is left to do, {@code null} if nothing is
	 */
	@Nullable Mono<Void> receive(String connectionId, ToServer message, PendingCall call) {
		ActorConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return null;
		}
		if (connection.hasEnded()) {
			return null; // it has seen all fail that it waited for
		}
		if (message instanceof ToServer.ActionRequest request) {
			return this.actions.answer(connection, request, call);
		}
		return this.subscriptions.change(connection, (ToServer.SubscriptionRequest) message);
	}

	/** Answers a message that there was no room for. For any thread; does not wait. */
	void refuse(ActorConnection connection, ToServer message, RivetException refusal) {
		if (message instanceof ToServer.ActionRequest request) {
			this.actions.refuse(connection, request, refusal);
		}
		else {
			this.subscriptions.refuseAside(connection, (ToServer.SubscriptionRequest) message, refusal);
		}
	}

	/**
	 * Call an action as a connection would.
	 * @param connectionId id of the connection
	 * @param call what it has counted as since its arrival
	 * @return the result, as for {@link ActionHandler#perform}
	 */
	public Mono<JsonNode> predict(String connectionId, ToServer.ActionRequest request, PendingCall call) {
		ActorConnection connection = this.connections.find(connectionId);
		return (connection != null) ? this.actions.perform(connection, request, call)
				: Mono.error(() -> new IllegalArgumentException(
						"Connection %s is none of %s".formatted(connectionId, this.instance.address())));
	}

}
