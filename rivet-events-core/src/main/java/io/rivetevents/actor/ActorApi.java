package io.rivetevents.actor;

import io.rivetevents.protocol.ActorKey;

/**
 * Finds instances of the one actor that implements an interface, as objects of that
 * interface: {@code api.get("general").sendMessage("hello")}. Methods of such an object
 * call the actions of the instance; {@link ActorHandle#as} says how. May be made before
 * the actors are registered, in a constructor for instance: the actor is looked for, and
 * the interface is checked, when an instance is named. Safe for use by several threads.
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
	 * the interface, or a method of it is no action
	 */
	default T get(String... key) {
		return get(ActorKey.of(key));
	}

	/**
	 * Returns an instance that must exist.
	 * @param key its key
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or a method of it is no action
	 */
	T get(ActorKey key);

	/**
	 * Returns an instance that is created by its first call if there is none.
	 * @param key its key, part by part
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or a method of it is no action
	 */
	default T getOrCreate(String... key) {
		return getOrCreate(ActorKey.of(key));
	}

	/**
	 * Returns an instance that is created by its first call if there is none.
	 * @param key its key
	 * @throws IllegalArgumentException if there is not exactly one actor that implements
	 * the interface, or a method of it is no action
	 */
	T getOrCreate(ActorKey key);

}
