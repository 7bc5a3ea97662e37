/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Schedule;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.protocol.CloseReason;

/**
 * Observes instances and their connections. All beans of this type and of
 * {@link ConnectionObserver} are called, in their {@code @Order}. An exception of an
 * observer is logged, and affects neither the others nor the observed operation.
 * <p>
 * The methods of this interface are called in turns of the instance, on a worker unless
 * stated otherwise: an observer that takes long delays the instance.
 *
 * @since 0.1.0
 */
public interface ActorObserver extends ConnectionObserver {

	/** Does nothing. */
	ActorObserver NONE = new ActorObserver() {
	};

	// Instances

	/**
	 * A new instance was loaded into memory.
	 */
	default void actorCreated(ActorInfo actor) {
	}

	/**
	 * An instance that slept is in memory again.
	 */
	default void actorWoken(ActorInfo actor) {
	}

	/**
	 * An instance is about to leave memory. Either {@link #actorSlept} or
	 * {@link #actorDestroyed} follows with the same object. Calls for the next instance
	 * of the address follow this call, but may precede that one.
	 */
	default void actorLeaves(ActorInfo actor) {
	}

	/**
	 * An instance has left memory, with its state saved.
	 */
	default void actorSlept(ActorInfo actor) {
	}

	/**
	 * An instance has been deleted.
	 */
	default void actorDestroyed(ActorInfo actor) {
	}

	/**
	 * The store has saved an instance: after it was created or woken, or because its
	 * state has changed. Called on the worker that has saved it.
	 * @param actor the instance
	 * @param bytes size of its state as JSON, 0 if it has none
	 * @param duration time taken by the store
	 */
	default void stateSaved(ActorAddress actor, int bytes, Duration duration) {
	}

	/**
	 * The store has failed to save an instance. Called on the worker that tried to save
	 * it.
	 * @param actor the instance
	 * @param bytes size of its state as JSON, 0 if it has none
	 * @param duration time taken by the store
	 * @param failure exception of the store; a
	 * {@link io.rivetevents.actor.state.StaleStateException} if another instance has
	 * saved in the meantime
	 * @since 0.1.0
	 */
	default void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
	}

	// Schedules

	/**
	 * A schedule has failed in each of the five attempts for a time. It is not tried
	 * again, or not until its next time.
	 * @param actor the instance
	 * @param schedule the schedule after the last attempt
	 * @param failure exception of the last attempt
	 * @since 0.1.0
	 */
	default void scheduleFailed(ActorAddress actor, Schedule schedule, Throwable failure) {
	}

	// Turns

	/**
	 * A turn was added to the mailbox of an instance: a message or call of a client, a
	 * call of the server, or work of the runtime, such as a save. Called on the adding
	 * thread, which may be an event loop, so it must not block; it may be called after
	 * {@link #turnStarted}.
	 * @param actor the instance
	 * @param depth number of waiting or running turns, this one included unless it has
	 * ended
	 * @since 0.1.0
	 */
	default void turnQueued(ActorAddress actor, int depth) {
	}

	/**
	 * A turn starts. For a non-blocking action this may be called on an event loop, so it
	 * must not block.
	 * @param actor the instance
	 * @param waited time since the turn was added to the mailbox
	 * @since 0.1.0
	 */
	default void turnStarted(ActorAddress actor, Duration waited) {
	}

	/**
	 * A turn has ended: its method has returned and its asynchronous result, if any, is
	 * complete, or a timeout has ended it. A save after the turn is not part of it. May
	 * be called on any thread, including an event loop, so it must not block.
	 * @param actor the instance
	 * @param duration time since the turn has started; for an interleaved action it
	 * includes the time of other turns
	 * @since 0.1.0
	 */
	default void turnEnded(ActorAddress actor, Duration duration) {
	}

	// Actions

	/**
	 * An action is about to be called: its turn has started, and interceptors and
	 * argument checks follow. Not called for an unknown action, nor for a call that timed
	 * out or was cancelled while it waited. For a non-blocking action this may be called
	 * on an event loop, so it must not block.
	 * @param call the call
	 * @since 0.1.0
	 */
	default void actionStarted(ActionCall call) {
	}

	/**
	 * A call of an action has ended, and its caller receives the result or the error.
	 * Called once for each started call. It may be called outside of a turn and on any
	 * thread, including the timer thread, so it must not block.
	 * @param call the call, the same object as at its start
	 * @param outcome the result of the call
	 * @since 0.1.0
	 */
	default void actionEnded(ActionCall call, ActionOutcome outcome) {
	}

	/**
	 * An action was called with invalid arguments. For a non-blocking action this may be
	 * called on an event loop, so it must not block.
	 * @param connection the caller's connection, {@code null} if the server itself calls
	 * @param actor the instance
	 * @param action name of the action
	 * @param violation the invalid argument
	 */
	default void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
	}

	// Connections

	/**
	 * A connection was accepted: all its hooks have run.
	 */
	default void connectionOpened(Connection<?> connection) {
	}

	/**
	 * A client of the extended mode that continues where its last connection ended was
	 * accepted. Called after {@link #connectionOpened}.
	 * @param connection the new connection
	 * @param reason why it may have missed events, {@code null} if it has missed none:
	 * {@code history_exceeded}, {@code epoch_changed}, {@code unknown_position} or
	 * {@code unknown_stream}
	 * @since 0.1.0
	 */
	default void connectionResumed(Connection<?> connection, @Nullable String reason) {
	}

	/**
	 * A connection has ended: all its hooks have run.
	 * @param connection the connection
	 * @param reason the reason that the server sent to the client, {@code null} if the
	 * client disconnected
	 */
	default void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
	}

}
