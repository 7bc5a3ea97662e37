/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

/**
 * An object that waits while it has no work.
 */
public interface Wakeable {

	/**
	 * Looks for work. Safe for use by several threads; unnecessary calls have no effect.
	 */
	void wake();

}
