/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

/**
 * Receives what a {@link ClusterEngine} reports. Methods return soon and do not block.
 */
public interface ClusterListener {

	/**
	 * Receives a view. Called by one thread at a time, in the order of the views.
	 * @param view the view, which has this node
	 */
	void viewChanged(ClusterView view);

	/**
	 * Receives a frame. Called by one thread at a time for each node, in the order of its
	 * frames; the frame may arrive before the first view that has the node.
	 * @param node name of the node that has sent it
	 * @param frame the frame
	 */
	void received(String node, byte[] frame);

}
