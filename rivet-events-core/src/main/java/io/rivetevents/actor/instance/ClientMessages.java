package io.rivetevents.actor.instance;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.delivery.ActorConnection;
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
	 * Ends a call that its client does not wait for. Not in a turn: the call may hold it.
	 */
	void cancel(ActorConnection connection, ToServer.Cancel cancel) {
		connection.calls().cancel(cancel.id(), this.workers);
	}

	/**
	 * Takes the answer of a client. Not in a turn: the one that waits for it may hold it.
	 */
	void answerRequest(ActorConnection connection, ToServer.ActionRequest reply) {
		this.callers.run(null, () -> connection.requests().answer(reply.args()));
		if (!reply.options().oneWay()) {
			connection.deliver(OutgoingMessage.of(new ToClient.ActionResponse(reply.id(), null)));
		}
	}

	/**
	 * Notes a call that has arrived. For any thread.
	 * @return what it counts as until it has been answered
	 */
	PendingCall arrived(ActorConnection connection, ToServer.ActionRequest request) {
		PendingCall call = this.actions.arrived(connection, request);
		return (connection.request().stream() != null) ? call.cancelledBy(connection.calls(), request.id()) : call;
	}

	/**
	 * Answers a call, in its turn.
	 * @param call what it has counted as since its arrival
	 * @return what is left to do, {@code null} if nothing is
	 */
	@Nullable Mono<Void> answer(String connectionId, ToServer.ActionRequest request, PendingCall call) {
		ActorConnection connection = waiting(connectionId);
		return (connection != null) ? this.actions.answer(connection, request, call) : null;
	}

	/**
	 * Changes a subscription, in its turn.
	 * @return what is left to do, {@code null} if nothing is
	 */
	@Nullable Mono<Void> subscribe(String connectionId, ToServer.SubscriptionRequest request) {
		ActorConnection connection = waiting(connectionId);
		return (connection != null) ? this.subscriptions.change(connection, request) : null;
	}

	/** Returns a connection, {@code null} if it has seen all fail that it waited for. */
	private @Nullable ActorConnection waiting(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		return (connection != null && !connection.hasEnded()) ? connection : null;
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
