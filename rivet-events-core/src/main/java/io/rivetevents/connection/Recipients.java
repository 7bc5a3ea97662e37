/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.lang.CheckReturnValue;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;

/**
 * A set of connections and the methods that send events to them. Each method returns
 * immediately and is safe for use by several threads. Events of one thread arrive at each
 * connection in the order of the calls. Arguments are sent with their content at the time
 * of the call.
 *
 * @since 0.1.0
 */
public interface Recipients {

	/**
	 * Queues an event for those connections that have subscribed to it. It is encoded
	 * once for each encoding in use.
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return the receipt of the event
	 * @throws IllegalArgumentException if the actor's contract is strict and does not
	 * declare the event
	 * @throws RivetException with {@code message.outgoing_too_long} if the event is too
	 * long for one of the connections and is not droppable; no connection receives it
	 */
	Receipt broadcast(String event, @Nullable Object... args);

	/**
	 * Queues an event for all connections, whether or not they have subscribed to it. It
	 * is encoded once for each encoding in use.
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return the receipt of the event
	 * @throws IllegalArgumentException if the actor's contract is strict and does not
	 * declare the event
	 * @throws RivetException with {@code message.outgoing_too_long} if the event is too
	 * long for one of the connections and is not droppable; no connection receives it
	 */
	Receipt send(String event, @Nullable Object... args);

	/**
	 * Returns an implementation of a contract whose methods {@linkplain #broadcast
	 * broadcast} their events to the connections that have subscribed.
	 * @param contract an interface that {@code @Actor(events = …)} accepts, or a
	 * namespace within one
	 */
	<E> E broadcast(Class<E> contract);

	/**
	 * Returns an implementation of a contract whose methods {@linkplain #send send} their
	 * events to all connections, whether or not they have subscribed.
	 * @param contract an interface that {@code @Actor(events = …)} accepts, or a
	 * namespace within one
	 */
	<E> E send(Class<E> contract);

	/**
	 * Returns the same connections for events with tags. A subscription with tags
	 * receives only events that have one of these tags or no tags. A subscription without
	 * tags receives all events.
	 * @param tags the tags; may be empty
	 */
	Recipients tagged(String... tags);

	/**
	 * Returns the same connections for events that a slow connection can lose. If its
	 * queue is full, the oldest of these events are dropped in favor of the newest, and
	 * the connection stays open.
	 */
	Recipients droppable();

	/**
	 * Returns the same connections. Events to them are bound to the transaction of the
	 * sending thread, managed by a {@code PlatformTransactionManager}:
	 * <ul>
	 * <li>They are sent after the commit, in the order of the calls, with the arguments
	 * as they are at the call. An event that is too long is rejected at the call. An
	 * event that cannot be sent after the commit is logged, and its receipt fails.
	 * <li>They are dropped, and their receipts count no connections, after a rollback, if
	 * the outcome of the transaction is unknown, and after a rollback to a savepoint that
	 * is older than the call, as in a nested transaction.
	 * <li>They are sent immediately without a transaction.
	 * </ul>
	 * A reactive transaction does not belong to a thread. If the application has a
	 * {@code ReactiveTransactionManager} and the thread has no transaction, sending fails
	 * with {@code IllegalStateException}: use {@link #afterCommit(Consumer)} in a
	 * reactive chain.
	 */
	Recipients afterCommit();

	/**
	 * Sends events that are bound to the transaction of the subscriber, for use in a
	 * reactive chain: <pre class="code">
	 * return orders.save(order)
	 * 	.then(connections.user(customer).afterCommit((user) -&gt; user.send("shipped", order.id())));
	 * </pre> The transaction is managed by a {@code ReactiveTransactionManager} in the
	 * subscriber's context or, if there is none, by the transaction of the subscribing
	 * thread. The events are sent after the commit, in the order of the calls, with the
	 * arguments as they are at the call. They are dropped after a rollback, which a
	 * cancellation before the commit causes as well. They are sent immediately without a
	 * transaction.
	 * <p>
	 * After the commit, events are sent on the thread of the transaction manager, often
	 * an event loop, so a predicate must not block. A nested transaction
	 * ({@code PROPAGATION_NESTED}) has no callbacks of its own: its events are sent with
	 * the outer commit even if only the nested part is rolled back. Use
	 * {@code PROPAGATION_REQUIRES_NEW} there, or send from the outer transaction.
	 * @param events sends the events to the connections that it receives; called once for
	 * each subscription, on the subscribing thread, and must not keep the connections
	 * @return completes as soon as the events wait for the commit; without effect unless
	 * subscribed to. Fails with the exception of {@code events}, such as
	 * {@code message.outgoing_too_long}
	 */
	@CheckReturnValue
	Mono<Void> afterCommit(Consumer<? super Recipients> events);

}
