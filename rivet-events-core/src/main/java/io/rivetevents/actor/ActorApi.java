/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import io.rivetevents.protocol.ActorKey;

/**
 * Finds instances of the one actor that implements an interface, as objects of that
 * interface: {@code api.get("general").sendMessage("hello")}. Methods of such an object
 * call the actions of the instance; see {@link ActorHandle#as}. An {@code ActorApi} can
 * be created before the actors are registered, in a constructor for example. The actor is
 * looked up and the interface is checked when an instance is requested. Safe for use by
 * several threads.
 *
 * @param <T> the interface
 * @since 0.1.0
 * @see Actors#api(Class)
 */
public interface ActorApi<T> {

	/**
	 * Returns an instance that must exist.
	 * @param key its key, part by part
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or if one of its methods is not an action
	 */
	default T get(String... key) {
		return get(ActorKey.of(key));
	}

	/**
	 * Returns an instance that must exist.
	 * @param key its key
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or if one of its methods is not an action
	 */
	T get(ActorKey key);

	/**
	 * Returns an instance that is created by its first call if it does not exist.
	 * @param key its key, part by part
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or if one of its methods is not an action
	 */
	default T getOrCreate(String... key) {
		return getOrCreate(ActorKey.of(key));
	}

	/**
	 * Returns an instance that is created by its first call if it does not exist.
	 * @param key its key
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or if one of its methods is not an action
	 */
	T getOrCreate(ActorKey key);

}
