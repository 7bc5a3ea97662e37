package io.rivetevents.actor.call;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.extension.Invocation;

/**
 * The instance of a context: what a method of an actor sees of it, and does with it.
 */
interface ContextInstance {

	/** Returns where it is found. */
	ActorAddress address();

	/** Returns its id; not before it has been started. */
	String actorId();

	/** Returns its state, to be touched within a turn. */
	ActorState state();

	/** Returns its variables, to be touched within a turn. */
	Variables vars();

	/**
	 * Returns the input, decoded anew each time: as a tree it would take up to thirty
	 * times its memory for as long as the instance is awake. {@code null} if there is
	 * none.
	 */
	@Nullable JsonNode input();

	/** Converts values. */
	ValueMapper mapper();

	/** Returns what sends events to its connections. */
	EventTargets<@Nullable Object> targets();

	/** Returns its connections; a snapshot. */
	Collection<Connection<@Nullable Object>> conns();

	/**
	 * Returns one of its connections, {@code null} if there is none of that id.
	 * @param id id of the connection
	 */
	@Nullable Connection<@Nullable Object> conn(String id);

	/**
	 * Does work of the application in a turn. By any thread.
	 * @param asked what the work is a part of
	 * @param work what to do
	 * @return its result
	 */
	<T extends @Nullable Object> CompletableFuture<T> turn(Invocation asked, Supplier<? extends T> work);

	/** Returns what finds the instances of its namespace. */
	Actors actors();

	/** Asks for its deletion after the current turn. By any thread. */
	void requestDestroy();

	/** Asks for its sleep after the current turn. By any thread. */
	void requestSleep();

	/**
	 * Saves the state now; blocks. By any thread.
	 * @throws io.rivetevents.error.RivetException {@code actor.restarting} if another
	 * instance has saved since: this one stops
	 */
	void saveNow();

}
