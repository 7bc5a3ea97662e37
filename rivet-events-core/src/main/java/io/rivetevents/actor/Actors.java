package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Finds instances for the server's own code: a controller, a listener, a scheduled job.
 * An actor is named by its name or by its class. Instances are those of one namespace:
 * {@value ActorAddress#DEFAULT_NAMESPACE} for the bean, another one by
 * {@link #inNamespace}. Safe for use by several threads.
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
	ActorHandle get(String name, String... key);

	/**
	 * Return a handle on an instance that must exist.
	 * @param actor class of the actor
	 * @param key its key, part by part
	 */
	ActorHandle get(Class<?> actor, String... key);

	/**
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	ActorHandle getOrCreate(String name, String... key);

	/**
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param actor class of the actor
	 * @param key its key, part by part
	 */
	ActorHandle getOrCreate(Class<?> actor, String... key);

	/**
	 * Return a handle on an instance that is created by its first call if there is none.
	 * @param input what a new instance gets as its input
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	ActorHandle getOrCreateWithInput(Object input, String name, String... key);

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
	Mono<ActorHandle> create(@Nullable Object input, String name, String... key);

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
