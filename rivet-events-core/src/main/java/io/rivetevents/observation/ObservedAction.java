/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

/**
 * Receives the outcome of an action. Only the first outcome counts. Safe for use by
 * several threads.
 */
public interface ObservedAction {

	/** An action that is not observed. */
	ObservedAction NONE = new ObservedAction() {

		@Override
		public CallContext context() {
			return CallContext.NONE;
		}

		@Override
		public CallContext.Scope enter() {
			return CallContext.NOTHING;
		}

		@Override
		public void succeed() {
		}

		@Override
		public void fail(Throwable failure) {
		}

	};

	/** Returns the context in which the action runs, which contains its trace. */
	CallContext context();

	/**
	 * Makes the action the current part of the trace of a thread without the values of
	 * another caller.
	 * @return restores the thread; must be closed by the same thread
	 */
	CallContext.Scope enter();

	/** Reports that the action has succeeded. */
	void succeed();

	/**
	 * Reports that the action has failed.
	 * @param failure the error that the caller receives
	 */
	void fail(Throwable failure);

}
