package io.rivetevents.actor;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Targets;
import io.rivetevents.protocol.ActorKey;

/**
 * What a method of an actor sees of its instance, and does with it. Events may be sent
 * from any thread, to all connections of the instance or to some of them:
 * {@code c.broadcast("moved", x, y)},
 * {@code c.except(c.conn()).broadcast("moved", x, y)}. The state is to be touched within
 * a turn only.
 *
 * @param <S> type of the state
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface ActorContext<S extends @Nullable Object, C extends @Nullable Object> extends Targets<C> {

	/**
	 * Return the context of the method of an actor that runs on this thread, for a method
	 * that is declared by a contract and so has no parameter for it. What the method does
	 * later, on other threads, does not see it.
	 * @throws IllegalStateException if there is none
	 */
	@SuppressWarnings("unchecked")
	static <S extends @Nullable Object, C extends @Nullable Object> ActorContext<S, C> current() {
		ActorContext<?, ?> current = CurrentContext.get();
		Assert.state(current != null, "No method of an actor runs on this thread");
		return (ActorContext<S, C>) current;
	}

	/**
	 * Return the name of the actor.
	 */
	String name();

	/**
	 * Returns the namespace of this instance, usually
	 * {@value ActorAddress#DEFAULT_NAMESPACE}.
	 */
	String namespace();

	/**
	 * Return the key of this instance.
	 */
	ActorKey key();

	/**
	 * Return the id of this instance: opaque and never used again.
	 */
	String id();

	/**
	 * Return the state, to be read and changed within a turn. What was changed is saved
	 * within {@code rivet.events.actor.save-interval}.
	 * @throws IllegalStateException if the actor has no state
	 */
	S state();

	/**
	 * Replace the state, for one that is a record.
	 * @param state the new one, not {@code null}
	 */
	void setState(S state);

	/**
	 * Return values that live as long as the instance is in memory and are not saved, by
	 * names of the application's choice. To be used within a turn. A {@code Map} that the
	 * method with {@code @CreateVars} returns is copied into it.
	 */
	Map<String, Object> vars();

	/**
	 * Returns what the method with {@code @CreateVars} has returned: the same object
	 * until the instance leaves memory. To be used within a turn, not before that method
	 * has returned.
	 * @param type its class, or one that it extends or implements
	 * @throws IllegalStateException if no method has {@code @CreateVars}, it has not
	 * returned yet, or it has returned an object of another type
	 * @since 0.1.0
	 */
	<V> V vars(Class<V> type);

	/**
	 * Return the input with which the instance was created.
	 * @param type type to convert to
	 * @return the input, or {@code null} if there was none
	 */
	<T> @Nullable T input(Class<T> type);

	/**
	 * Return the connections of this instance, from after {@code @CreateConnState} until
	 * {@code @OnDisconnect} has run; calls over HTTP count as long as they run. A
	 * snapshot.
	 */
	Collection<Connection<C>> conns();

	/**
	 * Return the connection of the caller.
	 * @throws IllegalStateException if the call comes from no connection: in a hook of
	 * the instance, and in an action that the server itself has called
	 */
	Connection<C> conn();

	/**
	 * Returns the connection of this instance with an id, {@code null} if there is none
	 * or it is closed: one of those that {@link #conns()} returns.
	 * @param id as {@link Connection#id()} returns it
	 * @since 0.1.0
	 */
	@Nullable Connection<C> conn(String id);

	/**
	 * Runs work in a turn of this instance, where the state may be touched: the way back
	 * from another thread, and from the asynchronous part of an action with
	 * {@code interleave = true}. Safe for use by several threads; returns at once and
	 * needs no subscription.
	 * <ul>
	 * <li>On a thread that runs a method of this instance in its turn, the work runs
	 * before this returns.</li>
	 * <li>Otherwise it waits in the mailbox and runs on a worker, without a signed-in
	 * user. What depends on the result continues on a worker after the work.</li>
	 * </ul>
	 * An action that does not interleave, or a hook, holds its turn until its result is
	 * there: its asynchronous part may touch the state without this. It must not wait for
	 * work that it submits by this, which waits for it: until its time-out.
	 * @param work may block like an action; {@link #current()} returns this context in
	 * it. It has the time limit of an action, {@code actor.action_timed_out}, from its
	 * beginning
	 * @return the result, {@code null} if the work returns that. Fails with what the work
	 * throws; with {@code actor.overloaded} if the mailbox is full, and with
	 * {@code actor.stopped} if the instance leaves memory before the work begins, each as
	 * a {@code RivetException}: {@link #self()} reaches its next life. A failure of work
	 * that waited in the mailbox is logged if nothing depends on the result. Work that
	 * has not begun does not run if this is cancelled; {@code Mono.fromFuture} does that
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	<T extends @Nullable Object> CompletableFuture<T> turn(Supplier<? extends T> work);

	/**
	 * Runs work without a result in a turn of this instance; see {@link #turn(Supplier)}.
	 * @param work may block like an action
	 * @return completes with {@code null} after the work
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	CompletableFuture<@Nullable Void> turn(Runnable work);

	/**
	 * Returns a handle on this instance, for what is done later on other threads: a
	 * timer, a listener, a callback. It names the instance by its id, so it wakes an
	 * instance that sleeps, fails with {@code actor.not_found} after {@link #destroy()}
	 * and never reaches another instance of the same key. What it does waits for its turn
	 * like the calls of other code. A method that calls its own instance and waits for
	 * the result, by {@code block()} or by returning it, deadlocks until it times out,
	 * unless it is an action with {@code interleave = true} that returns the result.
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	ActorHandle self();

	/**
	 * Return a handle on another instance of the same namespace, created with the first
	 * call if there is none. {@link Actors#inNamespace} leads to other namespaces. An
	 * instance that waits for an answer of its own waits for ever: until its time-out.
	 * @param name name of an actor
	 * @param key key of the instance, part by part
	 */
	default ActorHandle actor(String name, String... key) {
		return actor(name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on another instance of the same namespace, as
	 * {@link #actor(String, String...)} does.
	 * @param name name of an actor
	 * @param key key of the instance
	 * @since 0.1.0
	 */
	ActorHandle actor(String name, ActorKey key);

	/**
	 * Returns a handle on another instance of the same namespace, created with an input
	 * by the first call if there is none.
	 * @param input what a new instance gets as its input; ignored by one that exists
	 * @param name name of an actor
	 * @param key key of the instance, part by part
	 * @since 0.1.0
	 */
	default ActorHandle actorWithInput(Object input, String name, String... key) {
		return actorWithInput(input, name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on another instance of the same namespace, created with an input
	 * by the first call if there is none.
	 * @param input what a new instance gets as its input; ignored by one that exists
	 * @param name name of an actor
	 * @param key key of the instance
	 * @since 0.1.0
	 */
	ActorHandle actorWithInput(Object input, String name, ActorKey key);

	/**
	 * Delete this instance after the current turn: its connections are closed, its state
	 * is gone, and its key is free.
	 */
	void destroy();

	/**
	 * Let this instance sleep after the current turn. Its connections are closed with
	 * {@code actor.stopped}; the next use wakes it.
	 */
	void sleep();

	/**
	 * Save the state now. It is saved when this returns. Blocks, so not for an event
	 * loop.
	 * @throws io.rivetevents.error.RivetException {@code actor.restarting} if another
	 * instance has saved since: this one stops, and its last changes are lost
	 */
	void saveState();

}
