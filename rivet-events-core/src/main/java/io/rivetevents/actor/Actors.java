/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.protocol.ActorKey;

/**
 * Finds instances for server code: a controller, a listener, a scheduled job. An actor is
 * identified by its name or its class. Instances are those of one namespace:
 * {@value ActorAddress#DEFAULT_NAMESPACE} for the bean, another one after
 * {@link #inNamespace}. A key is passed part by part or as an {@link ActorKey}, which
 * {@link ActorKey#of(java.util.List)} creates from a list. Safe for use by several
 * threads.
 *
 * @since 0.1.0
 */
public interface Actors {

	/**
	 * Returns an object that finds the instances of another namespace. It is cheap to
	 * create.
	 * @param namespace the namespace, as a client names it in {@code rvt-namespace}
	 */
	Actors inNamespace(String namespace);

	/**
	 * Returns a handle on an instance that must exist.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle get(String name, String... key) {
		return get(name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that must exist.
	 * @param name name of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle get(String name, ActorKey key);

	/**
	 * Returns a handle on an instance that must exist.
	 * @param actor class of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle get(Class<?> actor, String... key) {
		return get(actor, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that must exist.
	 * @param actor class of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle get(Class<?> actor, ActorKey key);

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreate(String name, String... key) {
		return getOrCreate(name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param name name of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreate(String name, ActorKey key);

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param actor class of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreate(Class<?> actor, String... key) {
		return getOrCreate(actor, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param actor class of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreate(Class<?> actor, ActorKey key);

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param input input of a new instance
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreateWithInput(Object input, String name, String... key) {
		return getOrCreateWithInput(input, name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if it does not
	 * exist.
	 * @param input input of a new instance
	 * @param name name of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreateWithInput(Object input, String name, ActorKey key);

	/**
	 * Returns an object that finds instances of the actor that implements an interface,
	 * as objects of that interface. It is not named {@code get} because
	 * {@link #get(Class, String...)} returns a handle for the class of an actor.
	 * @param api an interface that exactly one actor of this node implements
	 * @throws IllegalArgumentException if it is not an interface
	 * @since 0.1.0
	 */
	<T> ActorApi<T> api(Class<T> api);

	/**
	 * Returns a handle on an instance that must exist.
	 * @param actorId its id
	 */
	ActorHandle byId(String actorId);

	/**
	 * Creates an instance.
	 * @param input its input; {@code null} for none
	 * @param name name of the actor
	 * @param key its key, part by part
	 * @return a handle on it; {@code actor.duplicate_key} if the instance exists already
	 */
	default Mono<ActorHandle> create(@Nullable Object input, String name, String... key) {
		return create(input, name, ActorKey.of(key));
	}

	/**
	 * Creates an instance.
	 * @param input its input; {@code null} for none
	 * @param name name of the actor
	 * @param key its key
	 * @return a handle on it; {@code actor.duplicate_key} if the instance exists already
	 * @since 0.1.0
	 */
	Mono<ActorHandle> create(@Nullable Object input, String name, ActorKey key);

	/**
	 * Listens to the calls of clients to an action name of all instances of an actor, in
	 * all namespaces. The name need not be an action.
	 * @param name name of the actor
	 * @param action the action name
	 * @param listener called in the turn of the instance
	 * @return a registration; close it to stop listening
	 */
	Registration on(String name, String action, ActionListener listener);

}
