/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * The view that an actor's method has of its instance. Events can be sent from any
 * thread, to all connections of the instance or to some of them:
 * {@code c.broadcast("moved", x, y)},
 * {@code c.except(c.conn()).broadcast("moved", x, y)}. The state may only be used within
 * a turn.
 *
 * @param <S> type of the state
 * @param <C> type of the connection state
 * @since 0.1.0
 */
public interface ActorContext<S extends @Nullable Object, C extends @Nullable Object> extends Targets<C> {

	/**
	 * Returns the context of the actor method that is running on this thread. It serves
	 * methods that are declared by a contract and therefore have no context parameter.
	 * Not available to the asynchronous parts of a method on other threads.
	 * @throws IllegalStateException if no actor method is running on this thread
	 */
	@SuppressWarnings("unchecked")
	static <S extends @Nullable Object, C extends @Nullable Object> ActorContext<S, C> current() {
		ActorContext<?, ?> current = CurrentContext.get();
		Assert.state(current != null,
				"No actor method is running on this thread; call ActorContext.current() within the method, before its asynchronous parts");
		return (ActorContext<S, C>) current;
	}

	/**
	 * Returns the name of the actor.
	 */
	String name();

	/**
	 * Returns the namespace of this instance, usually
	 * {@value ActorAddress#DEFAULT_NAMESPACE}.
	 */
	String namespace();

	/**
	 * Returns the key of this instance.
	 */
	ActorKey key();

	/**
	 * Returns the id of this instance. It is opaque and never reused.
	 */
	String id();

	/**
	 * Returns the state, to be read and changed within a turn. Changes are saved within
	 * {@code rivet.events.actor.save-interval}.
	 * @throws IllegalStateException if the actor has no state
	 */
	S state();

	/**
	 * Replaces the state, for a state that is immutable such as a record.
	 * @param state the new state; not {@code null}
	 */
	void setState(S state);

	/**
	 * Returns variables of the instance by name. They are kept while the instance is in
	 * memory and are not saved. Use them within a turn only. If the method with
	 * {@code @CreateVars} returns a {@code Map}, its entries are copied into this map.
	 */
	Map<String, Object> vars();

	/**
	 * Returns the object that the method with {@code @CreateVars} has returned: the same
	 * object until the instance leaves memory. Use it within a turn only, after that
	 * method has returned.
	 * @param type class of the object, a superclass or an interface
	 * @throws IllegalStateException if there is no method with {@code @CreateVars}, if it
	 * has not returned yet, or if the object is of another type
	 * @since 0.1.0
	 */
	<V> V vars(Class<V> type);

	/**
	 * Returns the input with which the instance was created.
	 * @param type type to convert to
	 * @return the input, or {@code null} if there was none
	 */
	<T> @Nullable T input(Class<T> type);

	/**
	 * Returns a snapshot of the connections of this instance. A connection is included
	 * from the end of {@code @CreateConnState} to the end of {@code @OnDisconnect}. A
	 * call over HTTP has a connection while it runs.
	 */
	Collection<Connection<C>> conns();

	/**
	 * Returns the connection of the caller.
	 * @throws IllegalStateException if there is no calling connection: in a hook of the
	 * instance, or in an action that server code has called
	 */
	Connection<C> conn();

	/**
	 * Returns the connection of this instance with the given id, as in {@link #conns()};
	 * {@code null} if there is none or it is closed.
	 * @param id an id that {@link Connection#id()} has returned
	 * @since 0.1.0
	 */
	@Nullable Connection<C> conn(String id);

	/**
	 * Runs work in a turn of this instance, where it may use the state. Use it on other
	 * threads and in the asynchronous part of an action with {@code interleave = true}.
	 * Safe for use by several threads; returns immediately and needs no subscription.
	 * <ul>
	 * <li>On a thread that is running a method of this instance in its turn, the work
	 * runs before this method returns.</li>
	 * <li>Otherwise the work waits in the mailbox and runs on a worker thread, without an
	 * authenticated user. Stages that depend on the result continue on a worker
	 * thread.</li>
	 * </ul>
	 * Hooks, and actions without {@code interleave}, hold their turn until their result
	 * is complete, so their asynchronous parts may use the state directly. If such a part
	 * submits work here and waits for its result, it deadlocks until the timeout.
	 * @param work may block like an action; {@link #current()} returns this context in
	 * it. The time limit is that of an action and starts when the work starts; when it is
	 * exceeded, the result fails with {@code actor.action_timed_out}
	 * @return the result of the work, which may be {@code null}. It fails with the
	 * exception of the work, or with a {@code RivetException}: {@code actor.overloaded}
	 * if the mailbox is full, {@code actor.stopped} if the instance leaves memory before
	 * the work starts. {@link #self()} also reaches the instance after it is loaded
	 * again. A failure of work that waited in the mailbox is logged if nothing depends on
	 * the result. Cancelling the result, as {@code Mono.fromFuture} does, prevents work
	 * that has not started
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	<T extends @Nullable Object> CompletableFuture<T> turn(Supplier<? extends T> work);

	/**
	 * Runs work without a result in a turn of this instance; see {@link #turn(Supplier)}.
	 * @param work may block like an action
	 * @return a future that completes with {@code null} after the work
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	CompletableFuture<@Nullable Void> turn(Runnable work);

	/**
	 * Returns a handle on this instance for later use on other threads: in a timer, a
	 * listener or a callback. The handle names the instance by its id. It wakes a
	 * sleeping instance, fails with {@code actor.not_found} after {@link #destroy()}, and
	 * never reaches another instance with the same key. Calls through the handle wait for
	 * their turn like all calls from server code. A method that calls its own instance
	 * and waits for the result, by {@code block()} or by returning it, deadlocks until it
	 * times out. The exception is an action with {@code interleave = true} that returns
	 * the result.
	 * @throws IllegalStateException if the instance does not exist yet
	 * @since 0.1.0
	 */
	ActorHandle self();

	/**
	 * Returns a handle on another instance in the same namespace, which is created by the
	 * first call if it does not exist. Use {@link Actors#inNamespace} for other
	 * namespaces. An instance that waits for a call to itself deadlocks until the call
	 * times out.
	 * @param name name of an actor
	 * @param key key of the instance, part by part
	 */
	default ActorHandle actor(String name, String... key) {
		return actor(name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on another instance in the same namespace. Otherwise the same as
	 * {@link #actor(String, String...)}.
	 * @param name name of an actor
	 * @param key key of the instance
	 * @since 0.1.0
	 */
	ActorHandle actor(String name, ActorKey key);

	/**
	 * Returns a handle on another instance in the same namespace, which is created with
	 * an input by the first call if it does not exist.
	 * @param input input of a new instance; ignored if the instance exists
	 * @param name name of an actor
	 * @param key key of the instance, part by part
	 * @since 0.1.0
	 */
	default ActorHandle actorWithInput(Object input, String name, String... key) {
		return actorWithInput(input, name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on another instance in the same namespace, which is created with
	 * an input by the first call if it does not exist.
	 * @param input input of a new instance; ignored if the instance exists
	 * @param name name of an actor
	 * @param key key of the instance
	 * @since 0.1.0
	 */
	ActorHandle actorWithInput(Object input, String name, ActorKey key);

	/**
	 * Returns the schedules of this instance: actions that run later, even if the
	 * instance sleeps or the application restarts in the meantime. Use them within a turn
	 * only.
	 * @since 0.1.0
	 */
	Schedules schedule();

	/**
	 * Deletes this instance after the current turn: its connections are closed, its state
	 * is deleted, and its key becomes free.
	 */
	void destroy();

	/**
	 * Puts this instance to sleep after the current turn. Its connections are closed with
	 * {@code actor.stopped}, or stay open if it
	 * {@linkplain io.rivetevents.annotation.Actor#hibernate() hibernates}; the next use
	 * wakes it. Calls in progress outside of turns delay the sleep for up to three
	 * seconds; after that they are answered with {@code actor.outcome_unknown}.
	 */
	void sleep();

	/**
	 * Saves the state and returns when it is saved. Blocks, so it must not be called on
	 * an event loop.
	 * @throws io.rivetevents.error.RivetException with {@code actor.restarting} if a
	 * newer copy of the instance has saved in the meantime: this one stops, and its last
	 * changes are lost
	 */
	void saveState();

}
