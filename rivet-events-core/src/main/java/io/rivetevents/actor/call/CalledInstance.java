package io.rivetevents.actor.call;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;

/**
 * The instance whose methods are called, as its calls see it. All but the turns and the
 * state is for any thread.
 */
public interface CalledInstance extends ContextInstance {

	/** Returns what its actor does. */
	ActorType type();

	/** Returns whether it has an id; not before it has been started. */
	boolean hasId(String actorId);

	/** Returns the time in nanoseconds. */
	long now();

	/** Returns where things are done for it outside its turns. */
	Scheduler workers();

	/**
	 * Returns where things are done outside its turns for one of its clients.
	 * @param client of whose share of the workers it is
	 */
	Scheduler workersFor(Identity client);

	/**
	 * Puts in a turn for work of the application, for which the bound of the mailbox
	 * counts. By any thread.
	 * @param work what to do in the turn
	 * @param refusal called instead: {@code actor.overloaded} if there is no room, and
	 * {@code actor.stopped} if the instance has left memory by then
	 */
	void offerWork(Runnable work, Consumer<RivetException> refusal);

	/** Goes on in a turn once a result is there whose turn is over. */
	<T> Mono<T> inNewTurn(Mono<T> result);

	/**
	 * Begins something in a turn, which does not wait for its end.
	 * @return fails with {@link NotBegun} if the instance is gone by then
	 */
	<T> Mono<T> startInNewTurn(Mono<T> work);

	/**
	 * Saves the state now, or undoes what has changed; blocks.
	 * @param before what the state was before
	 * @throws RuntimeException if it could not be saved
	 */
	void saveOrUndo(ActorState.Mark before);

	/**
	 * Returns the message that tells a client of a failure.
	 * @param metadata value for programs, {@code null} for none
	 * @param actionId which action, {@code null} if none
	 */
	ToClient.Error error(RivetException ex, @Nullable Object metadata, @Nullable Long actionId);

}
