package io.rivetevents.extension;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Receipt;
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
	 * Find an instance for a client, wake or create it as the target says.
	 * @param target which one
	 * @param caller the client
	 * @return as for {@link #resolve(ActorTarget)}; {@code auth.forbidden} if it may not
	 * reach the instance, or not create it
	 */
	Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller);

	/**
	 * Check that a client may reach an instance, as the rule of its actor says.
	 * @param target which one; nothing is created or woken
	 * @param identity who asks
	 * @return ends if it may; {@code auth.forbidden} if not, and {@code actor.not_found}
	 * if there is no instance with that id
	 */
	Mono<Void> authorize(ActorTarget target, Identity identity);

	/**
	 * Look for an instance without waking it.
	 * @param target which one; nothing is created
	 * @return what is told of it; empty if there is none
	 */
	Mono<ActorInfo> find(ActorTarget target);

	/**
	 * List instances of an actor without waking them, in the order of their serialized
	 * keys.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which to begin, {@code null} for the beginning
	 * @param limit most instances that are listed
	 */
	Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Connect a client. Its way out must have been registered.
	 * @param target which instance
	 * @param request what the client asks for
	 * @return what is told of the instance, once {@code Init} has been queued; the
	 * refusal as {@code RivetException}
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request);

	/**
	 * Return whether new connections are refused, since the server is about to stop.
	 */
	boolean isDraining();

	/**
	 * Deliver a message of a connected client. What comes of it goes to the connection's
	 * way out. The messages of one connection are handled in the order of the calls.
	 * @param address where the instance is
	 * @param connectionId who sends
	 * @param message what it sends
	 */
	void deliver(ActorAddress address, String connectionId, ToServer message);

	/**
	 * Tell a client of the extended mode that it is connected, and where the stream is.
	 * @param address where the instance is
	 * @param connectionId whom
	 */
	void keepAlive(ActorAddress address, String connectionId);

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
	 * Look whether a call could begin, before it is read: one that could not costs as
	 * little as it can. Says nothing of an instance whose actor has a rule, nor of one
	 * that is somewhere else.
	 * @param target which instance
	 * @param bytes memory that the call takes at least
	 * @throws io.rivetevents.error.RivetException {@code actor.overloaded}
	 */
	void checkRoom(ActorTarget target, long bytes);

	/**
	 * Delete an instance.
	 * @param target which one
	 * @return ends when it is gone; {@code actor.not_found} if there is none
	 */
	Mono<Void> destroy(ActorTarget target);

	/**
	 * Bring an event to connections of an instance, in a turn of it. An instance that is
	 * not in memory has no connections and is not woken.
	 * @param target which one; nothing is created
	 * @param dispatch the event
	 * @return what became of it; {@code actor.overloaded} as {@code RivetException}
	 */
	Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch);

	/**
	 * Run what a call of a connection would run, without the client.
	 * @param target which instance
	 * @param connectionId the connection
	 * @param action what it would call
	 * @return the result, a missing node for none; the refusal as {@code RivetException};
	 * {@code IllegalArgumentException} if the connection is none of the instance's
	 */
	Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action);

}
