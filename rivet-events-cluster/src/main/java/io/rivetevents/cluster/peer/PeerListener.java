/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;

/**
 * Receives what other nodes send. Methods do not block.
 */
public interface PeerListener {

	/**
	 * Receives a view; {@link #lost} is called before it for each node that has left.
	 * Called by one thread at a time.
	 * @param view the view
	 */
	void viewChanged(ClusterView view);

	/**
	 * A session with a node has begun: the node has received a view that has this one.
	 * Called before {@link #received} for its frames, and again for each session.
	 * @param node name of the node
	 */
	default void met(String node) {
	}

	/**
	 * Receives a frame. Called by one thread at a time for each node, in the order of its
	 * frames.
	 * @param node name of the node that has sent it
	 * @param frame the frame
	 */
	void received(String node, Frame frame);

	/**
	 * The session with a node has ended: the node has left, or too much waited for it.
	 * Frames sent to it before may be lost, and none of those that it has sent before is
	 * received from now on. If the node is still there, a new session has begun, and it
	 * has received the same. Not called concurrently with {@link #received} for the node.
	 * @param node name of the node
	 */
	void lost(String node);

}
