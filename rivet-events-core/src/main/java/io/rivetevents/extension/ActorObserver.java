package io.rivetevents.extension;

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
 */
public interface ActorObserver extends ConnectionObserver {

	/** Ignores all. */
	ActorObserver NONE = new ActorObserver() {
	};

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

}
