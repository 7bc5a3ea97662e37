/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.status;

/**
 * The nodes that this one is joined with. A bean of each application with
 * {@code rivet.events.cluster.enabled}. Safe for use by several threads.
 */
public interface Cluster {

	/** Returns the present state of this node. Does not block. */
	ClusterStatus status();

}
