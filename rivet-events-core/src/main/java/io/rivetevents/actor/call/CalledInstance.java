/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.time.Clock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.stream.TurnCommits;
import io.rivetevents.actor.turn.LoggedTurn;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;

/**
 * The instance as seen by the calls of its methods. Safe for use by several threads,
 * except for the turns and the state.
 */
public interface CalledInstance extends ContextInstance {

	/** Returns its actor type. */
	ActorType type();

	/** Returns whether it has the given id; {@code false} before it has been started. */
	boolean hasId(String actorId);

	/** Returns the time in nanoseconds. */
	long now();

	/** Returns the source of dates. */
	Clock clock();

	/** Returns the threads for its work outside of turns. */
	Scheduler workers();

	/**
	 * Returns the threads for work on behalf of a client outside of turns.
	 * @param client client whose share of the workers is used
	 */
	Scheduler workersFor(Identity client);

	/**
	 * Adds a turn for application code, which counts against the capacity of the mailbox.
	 * Safe for use by several threads.
	 * @param work runs in the turn
	 * @param refusal called instead of the work: with {@code actor.overloaded} if the
	 * mailbox is full, with {@code actor.stopped} if the instance has left memory
	 */
	void offerWork(Runnable work, Consumer<RivetException> refusal);

	/**
	 * Continues in a new turn when a result is available whose own turn is over.
	 * @return fails with {@code actor.outcome_unknown} if the instance has left memory
	 * before the result was available
	 */
	<T> Mono<T> inNewTurn(Mono<T> result);

	/**
	 * Begins work in a new turn, which does not wait for its end.
	 * @return fails with {@link NotBegun} if the instance has left memory
	 */
	<T> Mono<T> startInNewTurn(Mono<T> work);

	/** Receives what the current turn does. Safe for use by several threads. */
	LoggedTurn loggedTurn();

	/** Notes that a run of a schedule has failed. */
	void scheduleFailed(Throwable cause);

	/**
	 * Returns the commits of its turns.
	 */
	TurnCommits commits();

	/**
	 * Returns the message that reports a failure to a client.
	 * @param metadata machine-readable details, {@code null} for none
	 * @param actionId id of the action, {@code null} for none
	 */
	ToClient.Error error(RivetException ex, @Nullable Object metadata, @Nullable Long actionId);

}
