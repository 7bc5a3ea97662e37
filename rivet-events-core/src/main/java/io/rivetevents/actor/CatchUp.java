/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

/**
 * What a repeated schedule does about times that have passed, because no node was running
 * or the instance was busy for more than a minute.
 *
 * @since 0.1.0
 */
public enum CatchUp {

	/**
	 * Runs once for all missed times.
	 */
	ONE,

	/**
	 * Runs once for each missed time, one run after the other.
	 */
	ALL,

	/**
	 * Skips the missed times.
	 */
	NONE

}
