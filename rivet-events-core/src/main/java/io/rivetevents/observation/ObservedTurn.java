/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

/**
 * Receives the start and the end of a turn.
 */
public interface ObservedTurn {

	/** The turn starts. */
	void start();

	/** The turn has ended. */
	void end();

}
