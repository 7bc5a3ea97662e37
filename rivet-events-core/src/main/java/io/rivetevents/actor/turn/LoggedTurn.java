/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import io.rivetevents.extension.Invocation;

/**
 * Receives what a turn does, for its entry in the {@link TurnLog}. Safe for use by
 * several threads.
 */
public interface LoggedTurn {

	/** A turn that is not logged. */
	LoggedTurn NONE = new LoggedTurn() {

		@Override
		public void runs(String schedule) {
		}

		@Override
		public void calls(Invocation method) {
		}

		@Override
		public void fails(Throwable cause) {
		}

	};

	/** It runs a schedule. */
	void runs(String schedule);

	/** It calls a method. */
	void calls(Invocation method);

	/** A method has failed, or was late. */
	void fails(Throwable cause);

}
