/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

/**
 * Sends frames to other nodes, in one order for each node.
 */
@FunctionalInterface
public interface FrameSender {

	/**
	 * Queues a frame for a node. Does not block; safe for use by several threads.
	 * @param node name of the node
	 * @param frame the frame
	 * @return whether it is queued; {@code false} if it is certainly not sent
	 */
	boolean send(String node, Frame frame);

	/**
	 * Returns whether a node reads the frames of a version.
	 * @param node name of the node
	 * @param version the version
	 */
	default boolean supports(String node, int version) {
		return true;
	}

}
