package io.rivetevents.extension;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.protocol.CloseReason;

/**
 * Receives what happens to instances and their connections. All beans of this type and of
 * {@link ConnectionObserver} are called, in their {@code @Order}; an observer that throws
 * is logged, and affects neither the others nor what it observes.
 * <p>
 * The methods of this interface are called in turns of the instance, on a worker unless
 * they say otherwise: what takes long holds the instance up.
 *
 * @since 0.1.0
 */
public interface ActorObserver extends ConnectionObserver {

	/** Ignores all. */
	ActorObserver NONE = new ActorObserver() {
	};

	// Instances

	/**
	 * A new instance has come into memory.
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
	 * {@link #actorDestroyed} follows with the same object. What is reported of the next
	 * instance of the address is reported after this call, but possibly before that one.
	 */
	default void actorLeaves(ActorInfo actor) {
	}

	/**
	 * An instance has left memory, its state saved.
	 */
	default void actorSlept(ActorInfo actor) {
	}

	/**
	 * An instance has been deleted.
	 */
	default void actorDestroyed(ActorInfo actor) {
	}

	/**
	 * The store has saved an instance: when it was created, when it was woken, or since
	 * its state has changed. Called on the worker that has saved it.
	 * @param actor the instance
	 * @param bytes size of its state as JSON, 0 if it has none
	 * @param duration time that the store has taken
	 * @since 0.1.0
	 */
	default void stateSaved(ActorAddress actor, int bytes, Duration duration) {
	}

	/**
	 * The store has failed to save an instance. Called on the worker that has tried.
	 * @param actor the instance
	 * @param bytes size of its state as JSON, 0 if it has none
	 * @param duration time that the store has taken
	 * @param failure what the store has thrown; a
	 * {@link io.rivetevents.actor.state.StaleStateException} if another instance has
	 * saved since
	 * @since 0.1.0
	 */
	default void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
	}

	// Turns

	/**
	 * A turn has been put into the mailbox of an instance: a message or call of a client,
	 * a call of the server, or work of the runtime, such as a save. Called on the thread
	 * that puts it in, which may be an event loop, so it must not block; it may be called
	 * after {@link #turnStarted}.
	 * @param actor the instance
	 * @param depth how many turns wait or run by now, this one included unless it has
	 * ended
	 * @since 0.1.0
	 */
	default void turnQueued(ActorAddress actor, int depth) {
	}

	/**
	 * A turn begins. For an action that never blocks this may be an event loop, so it
	 * must not block.
	 * @param actor the instance
	 * @param waited time since the turn was put into the mailbox
	 * @since 0.1.0
	 */
	default void turnStarted(ActorAddress actor, Duration waited) {
	}

	// Actions

	/**
	 * An action is about to be called, after its turn has begun and before interceptors
	 * and the checks of its arguments. Not called if there is no such action, and not for
	 * a call that timed out or was cancelled while it waited. For an action that never
	 * blocks this may be an event loop, so it must not block.
	 * @param call the call
	 * @since 0.1.0
	 */
	default void actionStarted(ActionCall call) {
	}

	/**
	 * A call of an action has ended, and its caller gets the result or the error. Called
	 * once for each call that has started. It may be outside of a turn and on any thread,
	 * that of the timers among them, so it must not block.
	 * @param call the call, the same object as at its start
	 * @param outcome how it has ended
	 * @since 0.1.0
	 */
	default void actionEnded(ActionCall call, ActionOutcome outcome) {
	}

	/**
	 * An action was called with what does not fit it. For one that never blocks this may
	 * be an event loop, so it must not block.
	 * @param connection who called, {@code null} for the server itself
	 * @param actor the instance
	 * @param action name of the action
	 * @param violation what does not fit
	 */
	default void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
	}

	// Connections

	/**
	 * A connection has been let in, all its hooks have run.
	 */
	default void connectionOpened(Connection<?> connection) {
	}

	/**
	 * A connection has ended, all its hooks have run.
	 * @param connection the connection
	 * @param reason what the server told the client, {@code null} if the client left
	 */
	default void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
	}

}
