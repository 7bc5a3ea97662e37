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
 * Finds the node that an instance lives on, creates or wakes the instance there, and
 * brings messages to it. The node that holds a client's socket, the gateway, reaches
 * instances by this interface alone, and so do {@code Actors} and an actor that calls
 * another one. By default each instance lives on the node that is asked for it. A bean of
 * this type replaces that; it reaches the instances of its own node by the bean
 * {@code rivetLocalActorDirectory}, an {@code ActorDirectory} that is injected by
 * qualifier only.
 * <p>
 * <b>Values.</b> All that is passed and returned are values that another node can read
 * and write: records, JSON nodes and bytes. No argument holds a socket: messages to a
 * client leave by the connection id of its {@link ConnectRequest}, at its gateway. The
 * exception is {@link Selection.Where}, a predicate: {@link #dispatch} of it fails with
 * {@code request.not_supported} if the instance is on another node.
 * <p>
 * <b>Threads.</b> Methods are called by event loops and workers, by several at a time.
 * They return at once and never block. A {@code Mono} does its work once for each
 * subscription and nothing before it. Its signals may be followed by code of the
 * application, so it signals on a thread that may block, as {@code rivetActorWorkers}
 * has.
 * <p>
 * <b>Order.</b> For one connection the gateway calls {@link #connect} first, then
 * {@link #deliver} and {@link #keepAlive} one after the other in the order of the
 * client's messages, and {@link #disconnected} once at the end. The instance handles them
 * in this order. What a turn sends to a connection leaves before the answer of that turn.
 * Calls for different connections, and calls without a connection, have no order.
 * <p>
 * <b>Errors.</b> A refusal is the error signal of a {@code Mono} and a
 * {@code RivetException}: the client, or the caller on the server, gets its group, code
 * and message. Another exception is logged, and a client gets {@code internal_error}.
 * Methods without a result throw nothing: what is wrong with a message is answered on the
 * connection. If a node with instances is lost, the directory closes their connections,
 * with {@code actor.restarting} for example. A call that may have run is not repeated.
 *
 * @since 0.1.0
 */
public interface ActorDirectory {

	/**
	 * Finds an instance for the server itself, and wakes or creates it as the target
	 * says.
	 * @param target which one
	 * @return the instance; {@code actor.not_found}, {@code actor.duplicate_key} and
	 * other refusals as {@code RivetException}
	 */
	Mono<ActorInfo> resolve(ActorTarget target);

	/**
	 * Finds an instance for a client, and wakes or creates it as the target says.
	 * @param target which one
	 * @param caller the client
	 * @return as for {@link #resolve(ActorTarget)}; {@code auth.forbidden} if the client
	 * may not reach the instance, or not create it
	 */
	Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller);

	/**
	 * Checks that a client may reach an instance, by the access rule of its actor. The
	 * owner of the instance decides, as it does in {@link #connect}, {@link #call} and
	 * {@link #resolve(ActorTarget, ConnectRequest)}: the gateway need not have the actor,
	 * and without it would find no rule that could refuse.
	 * @param target which one; nothing is created or woken
	 * @param identity the client's identity
	 * @return completes if the client may reach it; {@code auth.forbidden} if not, and
	 * {@code actor.not_found} if there is no instance with that id
	 */
	Mono<Void> authorize(ActorTarget target, Identity identity);

	/**
	 * Looks for an instance without waking it.
	 * @param target which one; nothing is created
	 * @return the instance; empty if there is none
	 */
	Mono<ActorInfo> find(ActorTarget target);

	/**
	 * Lists instances of an actor on all nodes without waking them, in the order of their
	 * serialized keys.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which the list begins, {@code null} for the
	 * beginning
	 * @param limit most instances that are listed
	 */
	Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Connects a client, and wakes or creates the instance as the target says. The
	 * gateway has registered the way out to the client under
	 * {@link ConnectRequest#connectionId()} before.
	 * @param target which instance
	 * @param request what the client asks for
	 * @return the instance, once {@code Init} has been queued for the client; the address
	 * in it is that of all later calls for this connection. The refusal as
	 * {@code RivetException}; then no later call follows
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request);

	/**
	 * Delivers a message of a connected client. Answers leave by the connection's way
	 * out. A message for an instance or a connection that is gone is dropped.
	 * @param address address of the instance
	 * @param connectionId id of the connection that sends
	 * @param message the message
	 */
	void deliver(ActorAddress address, String connectionId, ToServer message);

	/**
	 * Has a client of the extended mode sent a keep-alive with the position of its event
	 * stream.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	void keepAlive(ActorAddress address, String connectionId);

	/**
	 * Ends a connection whose socket is gone, for whatever reason. Without effect if the
	 * instance has ended it before.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	void disconnected(ActorAddress address, String connectionId);

	/**
	 * Calls an action without a lasting connection.
	 * @param target which instance
	 * @param caller the client, for which the hooks of a connection run around the call;
	 * {@code null} for the server itself
	 * @param action what to call
	 * @return the result, a missing node if the action has none; the refusal as
	 * {@code RivetException}
	 */
	Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action);

	/**
	 * Deletes an instance.
	 * @param target which one
	 * @return completes when it is gone; {@code actor.not_found} if there is none
	 */
	Mono<Void> destroy(ActorTarget target);

	/**
	 * Sends an event to connections of an instance, in a turn of it. An instance that is
	 * not in memory has no connections and is not woken.
	 * @param target which one; nothing is created
	 * @param dispatch the event
	 * @return the counts of the connections, final; {@code actor.overloaded} as
	 * {@code RivetException}
	 */
	Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch);

	/**
	 * Runs what a call of a connection would run, without the client.
	 * @param target which instance
	 * @param connectionId id of the connection
	 * @param action what it would call
	 * @return the result, a missing node for none; the refusal as {@code RivetException};
	 * {@code IllegalArgumentException} if the connection is none of the instance's
	 */
	Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action);

}
