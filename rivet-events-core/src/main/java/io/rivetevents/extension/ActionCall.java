package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;

/**
 * One call of an action, as observers see it. The start and the end of a call are
 * reported with the same object; those of two calls are never equal, so that it may be
 * the key of a map.
 *
 * @since 0.1.0
 * @see ActorObserver#actionStarted
 */
public interface ActionCall {

	/** Returns the instance. */
	ActorAddress actor();

	/** Returns the name of the action. */
	String action();

	/**
	 * Returns the connection of the caller, one of its own for a call over HTTP;
	 * {@code null} for the server itself.
	 */
	@Nullable Connection<?> connection();

}
