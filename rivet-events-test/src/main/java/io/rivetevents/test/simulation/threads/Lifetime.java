/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.threads;

/**
 * Whether a simulated process still runs. The tasks of a process that was killed are
 * dropped.
 */
public final class Lifetime {

	private boolean over;

	public void end() {
		this.over = true;
	}

	public boolean isOver() {
		return this.over;
	}

}
