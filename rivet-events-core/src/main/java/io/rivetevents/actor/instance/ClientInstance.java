package io.rivetevents.actor.instance;

import java.util.function.Supplier;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.CalledInstance;
import io.rivetevents.delivery.Dispatcher;

/**
 * The instance that clients connect to, as what handles the clients sees it.
 */
interface ClientInstance extends CalledInstance {

	/** Returns its connections. */
	ActorConnections connections();

	/** Returns what brings events to its connections. */
	Dispatcher events();

	/** Does something in a turn of its own, which is held until it has ended. */
	<T> Mono<T> inTurn(Supplier<Mono<T>> work);

	/**
	 * Puts in a turn of the runtime, unless the instance has left memory. By any thread.
	 */
	void offerTurn(Supplier<Mono<Void>> work);

	/** Keeps from sleeping until something has ended. */
	<T> Mono<T> keepAwake(Mono<T> work);

	/** It has just been used. */
	void touch();

	/** It is used by more than clients that have not been let in. */
	void claim();

	/**
	 * Deletes it if it was created for a client that was not let in, nothing has changed
	 * since and no other client uses it. May be called by any thread.
	 */
	void discardIfUnclaimed();

}
