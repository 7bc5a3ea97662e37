/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.version;

import java.util.Set;

/**
 * A node of any version, as the test sees it: with types that all versions share.
 */
public interface TestedNode extends AutoCloseable {

	/** Returns its name. */
	String name();

	/** Joins the other nodes. */
	void start();

	/** Returns the names of the nodes in its view. */
	Set<String> nodes();

	/** Returns whether it owns the room. */
	boolean isOwner();

	/** Connects a client of the extended mode to the room, with a subscription. */
	void connect();

	/** Calls the action that sends an event to all clients of the room. */
	void say(String text);

	/** Returns the messages for its client up to now, as JSON. */
	String received();

	/** Hands its instances over, and leaves. */
	void stop();

	/**
	 * Sends the frame that only the next version has to a node.
	 * @return whether it was sent
	 */
	boolean sendNext(String node);

	/** Returns the number of received frames that only the next version has. */
	int nextFrames();

	@Override
	void close();

}
