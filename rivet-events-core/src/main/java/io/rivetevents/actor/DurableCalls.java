/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;

/**
 * Calls of actions of one instance that are stored in a transaction, without a result.
 * Safe for use by several threads.
 *
 * @since 0.1.0
 * @see ActorHandle#durable()
 */
public interface DurableCalls {

	/**
	 * Stores a call. Blocks until the row is stored.
	 * @param action name of the action
	 * @param args its arguments; converted like those of a client, with their content at
	 * the time of the call
	 * @throws IllegalStateException without an outbox, which requires rivet-events-jdbc,
	 * on a thread that must not block, and in a transaction that cannot store the row
	 * @throws io.rivetevents.error.RivetException with {@code message.outgoing_too_long}
	 * if the arguments have more bytes than {@code rivet.events.outbox.max-size}
	 */
	void call(String action, @Nullable Object... args);

}
