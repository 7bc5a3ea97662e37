package io.rivetevents.connection;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.RivetException;

/**
 * Some connections, and the ways to tell them something. Each call returns at once and is
 * safe for use by several threads; the events of one thread arrive at each connection in
 * the order of its calls. What the arguments hold at the time of the call is sent.
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
	 * Return the same connections, told once the transaction that the calling thread is
	 * in has been committed, with the arguments as they are at the call. After a rollback
	 * nothing is sent, and the receipt says nobody. Without a transaction it is sent at
	 * once. An event that is too long now is refused now, one that has become so is
	 * logged and fails its receipt.
	 * <p>
	 * The transaction is that of a {@code PlatformTransactionManager}, which belongs to a
	 * thread. In a reactive one publish an event of the application with
	 * {@code TransactionalEventPublisher}, and send from a
	 * {@code @TransactionalEventListener}.
	 */
	Recipients afterCommit();

}
