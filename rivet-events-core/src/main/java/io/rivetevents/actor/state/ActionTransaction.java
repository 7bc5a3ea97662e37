/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

import org.jspecify.annotations.Nullable;

/**
 * The part of an action in a transaction of the application. The transaction commits what
 * the action changes and sends, together with its answer. Its methods are called by the
 * thread that runs the method of the action, each of them at most once, in the order in
 * which they are declared.
 *
 * @since 0.1.0
 */
public interface ActionTransaction {

	/** The end of a transaction. */
	enum Outcome {

		/** Everything is stored. */
		COMMITTED,

		/** Nothing is stored. */
		ROLLED_BACK,

		/** The commit has failed, and may have stored everything or nothing. */
		UNCERTAIN

	}

	/**
	 * Begins the part: state and events are those of the transaction from now on. Other
	 * saves of the instance wait for its end. Without {@link #complete} the transaction
	 * counts as rolled back when the method of the action ends.
	 */
	void begin();

	/**
	 * Passes the present changes to {@link ActorStateStore#commit}, which must write them
	 * in the transaction.
	 * @param result result of the method, {@code null} if there is none
	 * @param failure exception of the method, {@code null} if it has returned
	 * @throws RuntimeException if they cannot be written, or if the caller has already
	 * been answered because of the timeout; then the transaction must be rolled back
	 */
	void write(@Nullable Object result, @Nullable Throwable failure);

	/**
	 * Notes the end of the transaction, whose effects on state and events follow when the
	 * method of the action ends.
	 */
	void complete(Outcome outcome);

}
