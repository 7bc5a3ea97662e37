/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

/**
 * Settings of the sessions with other nodes.
 *
 * @param maxBacklog most memory of the frames that wait for one node, in bytes; a frame
 * above that resets the session
 */
public record PeerSettings(long maxBacklog) {

	/** 16 MB for each node. */
	public static final PeerSettings DEFAULT = new PeerSettings(16L * 1024 * 1024);

	public PeerSettings {
		if (maxBacklog <= 0) {
			throw new IllegalArgumentException("The maximum backlog of a node must be positive, not " + maxBacklog);
		}
	}

}
