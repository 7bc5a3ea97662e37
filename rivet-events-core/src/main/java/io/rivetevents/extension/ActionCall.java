/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;

/**
 * One call of an action, as reported to observers. The start and the end of a call are
 * reported with the same object. Two calls are never equal, so that it can be the key of
 * a map.
 *
 * @since 0.1.0
 * @see ActorObserver#actionStarted
 */
public interface ActionCall {

	/** Returns the instance. */
	ActorAddress actor();

	/** Returns the name of the action. */
	String action();

	/**
	 * Returns the connection of the caller, a separate one for a call over HTTP;
	 * {@code null} if the server itself calls.
	 */
	@Nullable Connection<?> connection();

}
