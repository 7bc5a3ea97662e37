/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

/**
 * Joins nodes and carries frames between them. Frames from one node to another arrive in
 * the order in which they were sent and none is lost, as long as each of the two nodes
 * has the other in its view. Safe for use by several threads.
 */
public interface ClusterEngine {

	/**
	 * Joins the cluster. Returns after the listener has received the first view, in which
	 * this node is alone if it has found no other.
	 * @param listener receives views and frames
	 * @throws IllegalStateException if the node cannot join, with what to change
	 */
	void start(ClusterListener listener);

	/** Leaves the cluster. The listener receives nothing afterwards. */
	void stop();

	/**
	 * Sends a frame. Blocks while the other node accepts no more; one thread sends to one
	 * node.
	 * @param node name of the other node
	 * @param frame the frame, not empty, which must not be changed afterwards
	 * @throws IllegalStateException if the node is not in the view, or the engine is
	 * stopped; the frame may or may not arrive
	 */
	void send(String node, byte[] frame);

}
