/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Finds the node of an instance, creates or wakes the instance there, and delivers
 * messages to it. The node that holds a client's socket, the gateway, uses only this
 * interface to reach instances, and so do {@code Actors} and an actor that calls another
 * one. By default each instance runs on the node that receives the request. A bean of
 * this type replaces that; it reaches the instances of its own node through the bean
 * {@code rivetLocalActorDirectory}, an {@code ActorDirectory} that can be injected by
 * qualifier only.
 * <p>
 * <b>Values.</b> All arguments and results are values that another node can read and
 * write: records, JSON nodes and bytes. No argument holds a socket: messages to a client
 * are sent through its gateway, by the connection id of its {@link ConnectRequest}. The
 * exception is {@link Selection.Where}, a predicate: {@link #dispatch} of it fails with
 * {@code request.not_supported} if the instance is on another node.
 * <p>
 * <b>Threads.</b> Methods are called by event loops and workers, by several threads at
 * once. They return at once and never block. A {@code Mono} does its work once for each
 * subscription and nothing before it. Its signals may be followed by application code, so
 * it signals on a thread that may block, such as those of {@code rivetActorWorkers}.
 * <p>
 * <b>Order.</b> For one connection the gateway calls {@link #connect} first, then
 * {@link #deliver} and {@link #keepAlive} one after the other in the order of the
 * client's messages, and {@link #disconnected} once at the end. The instance handles them
 * in this order. What a turn sends to a connection is sent before the answer of that
 * turn. Calls for different connections, and calls without a connection, have no order.
 * <p>
 * <b>Errors.</b> A rejection is the error signal of a {@code Mono} and a {@code
 * RivetException}: the client, or the caller on the server, receives its group, code and
 * message. Any other exception is logged, and a client receives {@code internal_error}.
 * Methods without a result throw nothing: an invalid message is answered on the
 * connection. If a node with instances is lost, the directory closes their connections,
 * for example with {@code actor.restarting}. A call that may have run is not repeated.
 *
 * @since 0.1.0
 */
public interface ActorDirectory {

	/**
	 * Finds an instance for the server itself, and wakes or creates it as the target
	 * specifies.
	 * @param target the target instance
	 * @return the instance; {@code actor.not_found}, {@code actor.duplicate_key} and
	 * other rejections as {@code RivetException}
	 */
	Mono<ActorInfo> resolve(ActorTarget target);

	/**
	 * Finds an instance for a client, and wakes or creates it as the target specifies.
	 * @param target the target instance
	 * @param caller the client
	 * @return as for {@link #resolve(ActorTarget)}; {@code auth.forbidden} if the client
	 * may not access or create the instance
	 */
	Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller);

	/**
	 * Checks that a client may access an instance, by the access rule of its actor. The
	 * node that owns the instance decides, as in {@link #connect}, {@link #call} and
	 * {@link #resolve(ActorTarget, ConnectRequest)}: the gateway may not have the actor,
	 * and would then find no rule to deny access.
	 * @param target the target instance; it is not created or woken
	 * @param identity the client's identity
	 * @return completes if access is allowed; {@code auth.forbidden} if not, and {@code
	 * actor.not_found} if there is no instance with that id
	 */
	Mono<Void> authorize(ActorTarget target, Identity identity);

	/**
	 * Looks for an instance without waking it.
	 * @param target the target instance; it is not created
	 * @return the instance; empty if there is none
	 */
	Mono<ActorInfo> find(ActorTarget target);

	/**
	 * Lists instances of an actor on all nodes without waking them, in the order of their
	 * serialized keys.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after serialized key after which the list starts, {@code null} to start at
	 * the beginning
	 * @param limit most instances in the list
	 */
	Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit);

	/**
	 * Connects a client, and wakes or creates the instance as the target specifies. The
	 * gateway has already registered the outbound path to the client under
	 * {@link ConnectRequest#connectionId()}.
	 * @param target the target instance
	 * @param request the client's request
	 * @return the instance, once {@code Init} is queued for the client; its address is
	 * used in all later calls for this connection. A rejection is a
	 * {@code RivetException}, and no later call follows
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request);

	/**
	 * Delivers a message of a connected client. Answers are sent through the connection's
	 * outbound path. The message is dropped if the instance or connection no longer
	 * exists.
	 * @param address address of the instance
	 * @param connectionId id of the sending connection
	 * @param message the message; a {@link ToServer.Authenticate} has a {@link Renewal}
	 * in place of the credentials, which the gateway has checked
	 */
	void deliver(ActorAddress address, String connectionId, ToServer message);

	/**
	 * Sends a client of the extended mode a keep-alive with the position of its event
	 * stream.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	void keepAlive(ActorAddress address, String connectionId);

	/**
	 * Ends a connection whose socket is closed, for any reason. No effect if the instance
	 * has already ended it.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	void disconnected(ActorAddress address, String connectionId);

	/**
	 * Calls an action without a lasting connection.
	 * @param target the target instance
	 * @param caller the client, for which the connection hooks run around the call;
	 * {@code
	 * null} if the server itself calls
	 * @param action the call
	 * @return the result, a missing node if the action has none; a rejection is a {@code
	 * RivetException}
	 */
	Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action);

	/**
	 * Deletes an instance.
	 * @param target the target instance
	 * @return completes after the deletion; {@code actor.not_found} if there is none
	 */
	Mono<Void> destroy(ActorTarget target);

	/**
	 * Sends an event to connections of an instance, in one of its turns. An instance that
	 * is not in memory has no connections and is not woken.
	 * @param target the target instance; it is not created
	 * @param dispatch the event
	 * @return the final counts of connections; {@code actor.overloaded} as {@code
	 * RivetException}
	 */
	Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch);

	/**
	 * Calls an action as a call of a connection would, without the client.
	 * @param target the target instance
	 * @param connectionId id of the connection
	 * @param action the call
	 * @return the result, a missing node if there is none; a rejection is a {@code
	 * RivetException}; {@code IllegalArgumentException} if the instance does not have the
	 * connection
	 */
	Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action);

}
