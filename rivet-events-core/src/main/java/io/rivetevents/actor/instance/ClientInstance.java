/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.CalledInstance;
import io.rivetevents.actor.hibernation.Hibernation;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.error.RivetException;

/**
 * The instance as seen by the handlers of its clients.
 */
interface ClientInstance extends CalledInstance, Hibernation.Instance {

	/** Returns the dispatcher of events to its connections. */
	Dispatcher events();

	/** Runs work in a new turn, which is held until the work has ended. */
	<T> Mono<T> inTurn(Supplier<Mono<T>> work);

	/** Adds a turn of the runtime unless the instance has left memory. Thread-safe. */
	void offerTurn(Supplier<Mono<Void>> work);

	/** Returns whether it may leave this node with its clients. */
	boolean movesClients();

	/** Prevents the instance from sleeping until the work has ended. */
	<T> Mono<T> keepAwake(Mono<T> work);

	/** Notes that the instance has been used. */
	void touch();

	/** Notes that the instance is used by more than clients that are not accepted yet. */
	void claim();

	/**
	 * Returns the reason for which a message of a connected client is rejected because
	 * the instance could not be woken for it, {@code null} if the instance is awake.
	 */
	@Nullable RivetException refusal();

	/**
	 * Deletes the instance if it was created for a client that was then rejected, nothing
	 * has changed since and no other client uses it. Thread-safe.
	 */
	void discardIfUnclaimed();

}
