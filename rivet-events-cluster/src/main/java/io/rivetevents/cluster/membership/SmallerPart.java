/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

/**
 * What a node does after it has lost more than half of the nodes without a goodbye: they
 * may have failed, or they may be connected with each other and take its instances.
 */
public enum SmallerPart {

	/**
	 * The node owns nothing until another node joins, or until a timeout has passed. Its
	 * instances stop, so that they do not run on two nodes.
	 */
	WAIT,

	/**
	 * The node continues. An instance may run on two nodes until one of them saves it:
	 * the store accepts one of the saves, and the other node loses what it has not saved.
	 */
	GO_ON

}
