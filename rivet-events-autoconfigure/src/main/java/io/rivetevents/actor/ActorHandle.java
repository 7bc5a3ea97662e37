package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A way to call one instance from the server's own code. It names the instance and holds
 * nothing; each use finds, wakes or creates it as the handle was asked for.
 */
public interface ActorHandle {

	/**
	 * Call an action. Nothing happens before the result is subscribed to.
	 * @param action name of the action
	 * @param type type to convert the result to; {@code Void} for none
	 * @param args its arguments; converted as those of a client are
	 * @return the result; empty for none. Errors are those that a client gets, as
	 * {@code RivetException}
	 */
	<T> Mono<T> call(String action, Class<T> type, @Nullable Object... args);

	/**
	 * Find the instance, wake or create it.
	 * @return what is told of it; {@code actor.not_found} if there is none and the handle
	 * does not create it
	 */
	Mono<ActorInfo> resolve();

	/**
	 * Delete the instance and its state.
	 * @return ends when it is gone; {@code actor.not_found} if there was none
	 */
	Mono<Void> destroy();

}
