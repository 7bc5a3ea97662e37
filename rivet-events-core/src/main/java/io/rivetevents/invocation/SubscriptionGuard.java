/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import io.rivetevents.contract.reflect.EventMethod;

/**
 * Checks subscriptions to an event by the annotations of its declaration.
 */
public interface SubscriptionGuard {

	/**
	 * Allows all subscriptions. The application does not start if a declaration has a
	 * security annotation.
	 */
	SubscriptionGuard NONE = new SubscriptionGuard() {

		@Override
		public boolean guards(EventMethod event) {
			return false;
		}

		@Override
		public void check(EventMethod event, @Nullable Principal principal) {
		}

	};

	/**
	 * Returns whether the declaration has an annotation that this guard enforces. Called
	 * once for each actor and event, at start-up; if {@code false}, {@link #check} is
	 * never called. An exception stops the start of the application.
	 * @param event an event of a contract
	 */
	boolean guards(EventMethod event);

	/**
	 * Checks that a client may subscribe. Called in the turn, on a worker.
	 * @param event an event of a contract, restricted by this guard
	 * @param principal the client's principal, {@code null} if anonymous
	 * @throws RuntimeException if access is denied; translated like one of an action
	 */
	void check(EventMethod event, @Nullable Principal principal);

}
