package io.rivetevents.connection;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.lang.CheckReturnValue;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;

/**
 * Some connections, and the ways to tell them something. Each call returns at once and is
 * safe for use by several threads; the events of one thread arrive at each connection in
 * the order of its calls. What the arguments hold at the time of the call is sent.
 *
 * @since 0.1.0
 */
public interface Recipients {

	/**
	 * Queue an event for those of the connections that have subscribed to it. It is
	 * encoded once for each encoding in use.
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return what became of it
	 * @throws IllegalArgumentException if the actor's contract is strict and does not
	 * declare the event
	 * @throws RivetException {@code message.outgoing_too_long} if the event is too long
	 * for one of the connections and may not be dropped; none of them gets it
	 */
	Receipt broadcast(String event, @Nullable Object... args);

	/**
	 * Queue an event for all of the connections, whether they have subscribed to it or
	 * not. It is encoded once for each encoding in use.
	 * @param event name of the event; not empty
	 * @param args values to encode, in order; may be empty
	 * @return what became of it
	 * @throws IllegalArgumentException if the actor's contract is strict and does not
	 * declare the event
	 * @throws RivetException {@code message.outgoing_too_long} if the event is too long
	 * for one of the connections and may not be dropped; none of them gets it
	 */
	Receipt send(String event, @Nullable Object... args);

	/**
	 * Return an implementation of a contract whose methods {@linkplain #broadcast
	 * broadcast} the events that they declare: to those who have subscribed.
	 * @param contract an interface as {@code @Actor(events = …)} takes it, or a namespace
	 * within one
	 */
	<E> E broadcast(Class<E> contract);

	/**
	 * Return an implementation of a contract whose methods {@linkplain #send send} the
	 * events that they declare: whether subscribed to or not.
	 * @param contract an interface as {@code @Actor(events = …)} takes it, or a namespace
	 * within one
	 */
	<E> E send(Class<E> contract);

	/**
	 * Return the same connections, told with tags. A subscription that names tags gets
	 * only events that carry one of them, or none; one that names none gets all.
	 * @param tags the tags; none means none
	 */
	Recipients tagged(String... tags);

	/**
	 * Return the same connections, told what a slow one can do without: where its queue
	 * is full, the oldest such events are dropped for the newest, and the connection
	 * stays open.
	 */
	Recipients droppable();

	/**
	 * Returns the same connections. Events to them are bound to the transaction of the
	 * thread that sends them, the one of a {@code PlatformTransactionManager}:
	 * <ul>
	 * <li>They are sent after the commit, in the order of the calls, with the arguments
	 * as they are at the call. An event that is too long is refused at the call; one that
	 * cannot be sent after the commit is logged and fails its receipt.
	 * <li>They are dropped, and their receipts count no connections, after a rollback, if
	 * the result of the transaction is unknown, and after a rollback to a savepoint that
	 * is older than the call, as that of a nested transaction.
	 * <li>They are sent at once if there is no transaction.
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
	 * </pre> The transaction is the one of a {@code ReactiveTransactionManager} in the
	 * subscriber's context or, if there is none, the one of the thread that subscribes.
	 * The events are sent after the commit, in the order of the calls, with the arguments
	 * as they are at the call. They are dropped after a rollback, which a cancellation
	 * before the commit causes as well. They are sent at once if there is no transaction.
	 * <p>
	 * After the commit, events are sent on the thread of the transaction manager, often
	 * an event loop; a predicate must not block. A nested transaction
	 * ({@code PROPAGATION_NESTED}) has no callbacks of its own: its events are sent with
	 * the outer commit even if only the nested part is rolled back. Use
	 * {@code PROPAGATION_REQUIRES_NEW} there, or send from the outer transaction.
	 * @param events sends the events to the connections that it gets; called once for
	 * each subscription, on the thread that subscribes, and must not keep the connections
	 * @return completes as soon as the events wait for the commit, does nothing unless
	 * subscribed to. Fails with what {@code events} throws, such as
	 * {@code message.outgoing_too_long}
	 */
	@CheckReturnValue
	Mono<Void> afterCommit(Consumer<? super Recipients> events);

}
