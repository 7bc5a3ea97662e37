package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.protocol.ActorKey;

/**
 * Finds instances for the server's own code: a controller, a listener, a scheduled job.
 * An actor is named by its name or by its class. Instances are those of one namespace:
 * {@value ActorAddress#DEFAULT_NAMESPACE} for the bean, another one by
 * {@link #inNamespace}. A key is given part by part or as an {@link ActorKey}, which
 * {@link ActorKey#of(java.util.List)} makes of a list. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public interface Actors {

	/**
	 * Returns what finds the instances of another namespace. Costs no more than the
	 * object.
	 * @param namespace the namespace, as a client names it in {@code rvt-namespace}
	 */
	Actors inNamespace(String namespace);

	/**
	 * Return a handle on an instance that must exist.
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
	 * Return a handle on an instance that must exist.
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
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreate(String name, String... key) {
		return getOrCreate(name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if there is none.
	 * @param name name of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreate(String name, ActorKey key);

	/**
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param actor class of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreate(Class<?> actor, String... key) {
		return getOrCreate(actor, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if there is none.
	 * @param actor class of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreate(Class<?> actor, ActorKey key);

	/**
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param input what a new instance gets as its input
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	default ActorHandle getOrCreateWithInput(Object input, String name, String... key) {
		return getOrCreateWithInput(input, name, ActorKey.of(key));
	}

	/**
	 * Returns a handle on an instance that is created by its first call if there is none.
	 * @param input what a new instance gets as its input
	 * @param name name of the actor
	 * @param key its key
	 * @since 0.1.0
	 */
	ActorHandle getOrCreateWithInput(Object input, String name, ActorKey key);

	/**
	 * Returns what finds instances of the actor that implements an interface, as objects
	 * of that interface. Not an overload of {@link #get(Class, String...)}, which returns
	 * a handle for the class of an actor.
	 * @param api an interface that exactly one actor of this node implements
	 * @throws IllegalArgumentException if it is no interface
	 * @since 0.1.0
	 */
	<T> ActorApi<T> api(Class<T> api);

	/**
	 * Return a handle on an instance that must exist.
	 * @param actorId its id
	 */
	ActorHandle byId(String actorId);

	/**
	 * Create an instance.
	 * @param input what it gets as its input, {@code null} for none
	 * @param name name of the actor
	 * @param key its key, part by part
	 * @return a handle on it; {@code actor.duplicate_key} if there is one
	 */
	default Mono<ActorHandle> create(@Nullable Object input, String name, String... key) {
		return create(input, name, ActorKey.of(key));
	}

	/**
	 * Creates an instance.
	 * @param input what it gets as its input, {@code null} for none
	 * @param name name of the actor
	 * @param key its key
	 * @return a handle on it; {@code actor.duplicate_key} if there is one
	 * @since 0.1.0
	 */
	Mono<ActorHandle> create(@Nullable Object input, String name, ActorKey key);

	/**
	 * Listen to what clients of all instances of an actor, in whatever namespace, call
	 * under a name, which need not be an action.
	 * @param name name of the actor
	 * @param action the name
	 * @param listener called in the turn
	 * @return ends it
	 */
	Registration on(String name, String action, ActionListener listener);

}
