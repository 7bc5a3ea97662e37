/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Targets;

/**
 * Access to one instance from server code. A handle only names the instance; each use
 * looks the instance up.
 * <p>
 * Events go through the mailbox of the instance, so they arrive in order with the events
 * that the instance sends itself. An instance that is not in memory has no connections
 * and is neither created nor woken for an event, except that a durable event wakes a
 * stored instance. If the mailbox is full, the event is rejected with
 * {@code actor.overloaded}; the receipt reports this, and it is logged.
 *
 * @since 0.1.0
 */
public interface ActorHandle extends Targets<@Nullable Object> {

	/**
	 * Calls an action when the result is subscribed to.
	 * @param action name of the action
	 * @param type type to convert the result to; {@code Void} for none
	 * @param args its arguments; converted like those of a client
	 * @return the result; empty if there is none. Errors are those that a client
	 * receives, as {@code RivetException}
	 */
	<T> Mono<T> call(String action, Class<T> type, @Nullable Object... args);

	/**
	 * Calls an action whose result type has type arguments: {@code call("history", new
	 * ParameterizedTypeReference<List<Message>>() { })}. Otherwise the same as
	 * {@link #call(String, Class, Object...)}.
	 * @param action name of the action
	 * @param type type to convert the result to
	 * @param args its arguments; converted like those of a client
	 * @return the result; empty if there is none. Errors are those that a client
	 * receives, as {@code RivetException}
	 * @since 0.1.0
	 */
	<T> Mono<T> call(String action, ParameterizedTypeReference<T> type, @Nullable Object... args);

	/**
	 * Returns calls that are stored in the outbox, a table of the database, in the
	 * transaction of the calling thread, and made after the commit. A rollback removes
	 * them. Without a transaction a call is committed when the method returns. If the
	 * node that makes the call stops, another node repeats it with the same idempotency
	 * key, so that the action runs once. A call that fails is repeated ten times, with
	 * growing pauses, within five minutes, then logged and dropped. An action that has
	 * run, also with an error, is not run again.
	 * @since 0.1.0
	 */
	DurableCalls durable();

	/**
	 * Runs an action as if the client of a connection had called it: interceptors,
	 * validation of the arguments, the action, and the listeners of that name. The client
	 * receives only the events that this causes. Nothing happens until the result is
	 * subscribed to.
	 * @param connection a connection of the instance
	 * @param action name of the action
	 * @param type type to convert the result to; {@code Void} for none
	 * @param args its arguments; converted like those of a client
	 * @return the result; empty if there is none. Errors are those that the client would
	 * receive, as {@code RivetException}, or {@code IllegalArgumentException} if the
	 * connection does not belong to the instance
	 */
	<T> Mono<T> predict(Connection<?> connection, String action, Class<T> type, @Nullable Object... args);

	/**
	 * Runs an action as if the client of a connection had called it, and converts a
	 * result that has type arguments. Otherwise the same as
	 * {@link #predict(Connection, String, Class, Object...)}.
	 * @param connection a connection of the instance
	 * @param action name of the action
	 * @param type type to convert the result to
	 * @param args its arguments; converted like those of a client
	 * @return the result; empty if there is none. Errors are those that the client would
	 * receive, as {@code RivetException}, or {@code IllegalArgumentException} if the
	 * connection does not belong to the instance
	 * @since 0.1.0
	 */
	<T> Mono<T> predict(Connection<?> connection, String action, ParameterizedTypeReference<T> type,
			@Nullable Object... args);

	/**
	 * Returns the instance as an object of an interface that its actor implements. Each
	 * method calls the action that it declares; a default method that is not an action
	 * runs as written. Arguments and results are converted by the declared types,
	 * including type arguments. The return type of a method decides how it calls:
	 * <ul>
	 * <li>{@code Mono} and {@code Flux} call when they are subscribed to, like
	 * {@link #call}.</li>
	 * <li>{@code CompletionStage} and {@code CompletableFuture} call immediately and
	 * complete on another thread.</li>
	 * <li>Any other type, and {@code void}, calls immediately and waits for the result,
	 * which is {@code null} if the action has none.</li>
	 * <li>{@code void} of an action with {@code @OneWay} calls immediately and does not
	 * wait; a failure is logged.</li>
	 * </ul>
	 * Errors are those of {@link #call}; a method that waits throws them. A method that
	 * waits throws {@code IllegalStateException} on a thread that must not block, such as
	 * an event loop, and in a turn of the same instance, where it would deadlock. In a
	 * turn of another instance it waits and holds that turn.
	 * <p>
	 * For a handle {@linkplain Actors#byId by id} the actor of the instance is not
	 * checked: an id from a client can belong to another actor that has actions of the
	 * same names.
	 * @param api the interface
	 * @throws IllegalArgumentException if it is not an interface, if the actor does not
	 * implement it, or if one of its methods is not an action or has parameters that do
	 * not take client arguments; for a handle {@linkplain Actors#byId by id}, if there is
	 * not exactly one actor that implements it
	 * @since 0.1.0
	 */
	<T> T as(Class<T> api);

	/**
	 * Listens to the calls of clients to an action name of the instance, which need not
	 * be an action. Several listeners are called in the order in which they were added. A
	 * listener stays registered while the instance sleeps.
	 * @param action the name
	 * @param listener called in the turn of the instance
	 * @return a registration; close it to stop listening
	 */
	Registration on(String action, ActionListener listener);

	/**
	 * Finds the instance and wakes or creates it.
	 * @return information about the instance; {@code actor.not_found} if it does not
	 * exist and the handle does not create it
	 */
	Mono<ActorInfo> resolve();

	/**
	 * Deletes the instance and its state. The methods of the actor are not called if the
	 * state cannot be read.
	 * @return completes when the instance is deleted; {@code actor.not_found} if it does
	 * not exist
	 */
	Mono<Void> destroy();

}
