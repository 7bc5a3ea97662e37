/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

/**
 * Numbers of one actor on this node.
 *
 * @param awake instances in memory
 * @param sleeping instances that are not in memory and have open connections
 * @param connections connections of these instances
 * @param pendingTurns turns of them that wait or run
 */
public record ActorCounts(int awake, int sleeping, int connections, int pendingTurns) {

	/** The numbers of an actor without instances. */
	public static final ActorCounts NONE = new ActorCounts(0, 0, 0, 0);

}
