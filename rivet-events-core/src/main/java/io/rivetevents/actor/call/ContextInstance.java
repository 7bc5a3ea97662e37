/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.Variables;
import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.extension.Invocation;
import io.rivetevents.limit.ClientUsage;

/**
 * The instance as seen by the context of a method.
 */
interface ContextInstance {

	/** Returns its address. */
	ActorAddress address();

	/** Returns its id; must not be called before it has been started. */
	String actorId();

	/** Returns its state, which may only be used within a turn. */
	ActorState state();

	/** Returns whether it has an action. */
	boolean hasAction(String name);

	/** Returns its variables, which may only be used within a turn. */
	Variables vars();

	/**
	 * Returns the input, decoded on each call, because a decoded tree can take thirty
	 * times the memory for as long as the instance is loaded. {@code null} if there is
	 * none.
	 */
	@Nullable JsonNode input();

	/** Converts values. */
	ValueMapper mapper();

	/**
	 * Returns the targets for events to its connections.
	 * @param payer client for which the deliveries count, {@code null} for none
	 */
	EventTargets<@Nullable Object> targets(@Nullable ClientUsage payer);

	/** Returns a snapshot of its connections. */
	Collection<Connection<@Nullable Object>> conns();

	/**
	 * Returns one of its connections, {@code null} if there is none with the given id.
	 * @param id id of the connection
	 */
	@Nullable Connection<@Nullable Object> conn(String id);

	/**
	 * Runs application code in a turn. Safe for use by several threads.
	 * @param asked the call that submits the work
	 * @param work the work
	 * @return its result
	 */
	<T extends @Nullable Object> CompletableFuture<T> turn(Invocation asked, Supplier<? extends T> work);

	/** Returns the handles of its namespace. */
	Actors actors();

	/** Requests its deletion after the current turn. Safe for use by several threads. */
	void requestDestroy();

	/** Requests its sleep after the current turn. Safe for use by several threads. */
	void requestSleep();

	/**
	 * Saves the state and returns when it is saved; blocks. Safe for use by several
	 * threads.
	 * @throws io.rivetevents.error.RivetException with {@code actor.restarting} if a
	 * newer copy of the instance has saved in the meantime: this one stops
	 */
	void saveNow();

}
