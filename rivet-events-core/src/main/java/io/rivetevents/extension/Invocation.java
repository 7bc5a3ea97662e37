/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;

/**
 * One call of an actor's method: the method, the caller and the arguments. Argument
 * resolvers use it. Its text names method, instance and connection for the log.
 *
 * @since 0.1.0
 */
public interface Invocation {

	/**
	 * Returns whether it only checks that the caller may make the call.
	 */
	boolean isCheck();

	/**
	 * Returns whether a client has made the call, and not the server itself.
	 */
	boolean hasCaller();

	/**
	 * Returns the hook that is called, {@code null} for an action.
	 */
	@Nullable Hook hook();

	/**
	 * Returns the name of the action, or of the hook.
	 */
	String name();

	/**
	 * Returns the context that is passed to the method.
	 */
	ActorContext<@Nullable Object, @Nullable Object> context();

	/**
	 * Returns the connection of the caller, {@code null} before it exists and if the
	 * server itself calls.
	 */
	@Nullable Connection<@Nullable Object> connection();

	/**
	 * Returns the principal of the caller, {@code null} if anonymous.
	 */
	@Nullable Principal principal();

	/**
	 * Returns the caller in whose scope the application's code runs, {@code null} for the
	 * server itself.
	 */
	@Nullable Principal caller();

	/**
	 * Returns the caller's connection params, {@code null} if there are none.
	 */
	@Nullable JsonNode params();

	/**
	 * Returns the head of the HTTP request of the caller, {@code null} after it is
	 * connected, if the server itself calls, and if no hook of any actor has a parameter
	 * of this type.
	 * @since 0.1.0
	 */
	default @Nullable RequestHead requestHead() {
		return null;
	}

	/**
	 * Returns the input of the instance, {@code null} if there is none.
	 */
	@Nullable JsonNode input();

	/**
	 * Returns the arguments of an action as the client sent them.
	 */
	List<JsonNode> args();

	/**
	 * Returns the arguments of a hook besides its context, as described at {@link Hook}.
	 */
	@Nullable Object[] payload();

}
