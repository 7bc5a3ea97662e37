package io.rivetevents.actor;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.protocol.ToServer;

/**
 * Finds instances and brings messages to them, wherever they live. What it takes and
 * gives are records, so that an instance on another node can be behind it. Nothing here
 * blocks; results are those of turns and come on a worker.
 */
public interface ActorDirectory {

	/**
	 * Find an instance, wake or create it as the target says.
	 * @param target which one
	 * @return what is told of it; {@code actor.not_found}, {@code actor.duplicate_key}
	 * and other refusals as {@code RivetException}
	 */
	Mono<ActorInfo> resolve(ActorTarget target);

	/**
	 * Look for an instance without waking it.
	 * @param target which one; nothing is created
	 * @return what is told of it; empty if there is none
	 */
	Mono<ActorInfo> find(ActorTarget target);

	/**
	 * List the instances of an actor without waking them.
	 * @param namespace their namespace
	 * @param name name of the actor
	 */
	Mono<List<ActorInfo>> list(String namespace, String name);

	/**
	 * Connect a client. Its way out must have been registered.
	 * @param target which instance
	 * @param request what the client asks for
	 * @return what is told of the instance, once {@code Init} has been queued; the
	 * refusal as {@code RivetException}
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request);

	/**
	 * Deliver a message of a connected client. What comes of it goes to the connection's
	 * way out. The messages of one connection are handled in the order of the calls.
	 * @param address where the instance is
	 * @param connectionId who sends
	 * @param message what it sends
	 */
	void deliver(ActorAddress address, String connectionId, ToServer message);

	/**
	 * Tell an instance that the socket of a connection is gone.
	 * @param address where the instance is
	 * @param connectionId whose
	 */
	void disconnected(ActorAddress address, String connectionId);

	/**
	 * Call an action without a lasting connection.
	 * @param target which instance
	 * @param caller the client, for which the hooks of a connection run around the call;
	 * {@code null} for the server itself
	 * @param action what to call
	 * @return the result, a missing node if the action has none; the refusal as
	 * {@code RivetException}
	 */
	Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action);

	/**
	 * Delete an instance.
	 * @param target which one
	 * @return ends when it is gone; {@code actor.not_found} if there is none
	 */
	Mono<Void> destroy(ActorTarget target);

}
