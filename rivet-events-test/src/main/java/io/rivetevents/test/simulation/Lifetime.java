/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

/**
 * Whether a simulated process still runs. The tasks of a process that was killed are
 * dropped.
 */
final class Lifetime {

	private boolean over;

	void end() {
		this.over = true;
	}

	boolean isOver() {
		return this.over;
	}

}
