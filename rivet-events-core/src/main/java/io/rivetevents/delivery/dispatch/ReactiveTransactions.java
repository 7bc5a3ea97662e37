/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery.dispatch;

/**
 * Detects whether application code may run in a reactive transaction, which is not bound
 * to a thread.
 */
@FunctionalInterface
public interface ReactiveTransactions {

	/** The application has no reactive transactions. */
	ReactiveTransactions NONE = () -> false;

	/**
	 * Returns whether there may be a reactive transaction. Called on any thread; does not
	 * block.
	 */
	boolean possible();

}
