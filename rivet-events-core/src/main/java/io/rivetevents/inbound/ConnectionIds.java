/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

/**
 * Ids of connections, whose last group of hexadecimal digits is that of the node with the
 * socket. A request that names a connection can be sent to its node, whichever node it
 * reaches. Clients treat the id as opaque.
 */
public final class ConnectionIds {

	/** Length of a UUID as text. */
	private static final int LENGTH = 36;

	/** Index of the last group, which has 48 bits. */
	private static final int LAST_GROUP = 24;

	private ConnectionIds() {
	}

	/**
	 * Returns the id of a connection of a node: its other 74 bits are random, so that it
	 * is as unique as the given id.
	 * @param id a random UUID as text
	 * @param node name of the node
	 * @return the id; unchanged if one of the two is not a UUID, as in tests
	 */
	public static String of(String id, String node) {
		return (isUuid(id) && isUuid(node)) ? id.substring(0, LAST_GROUP) + node.substring(LAST_GROUP) : id;
	}

	/**
	 * Returns whether a connection is of a node.
	 * @param connectionId id of the connection, or any text of a client
	 * @param node name of the node
	 */
	public static boolean isOf(String connectionId, String node) {
		return isUuid(connectionId) && isUuid(node)
				&& connectionId.regionMatches(LAST_GROUP, node, LAST_GROUP, LENGTH - LAST_GROUP);
	}

	private static boolean isUuid(String text) {
		return text.length() == LENGTH && text.charAt(LAST_GROUP - 1) == '-' && text.indexOf('-') == 8;
	}

}
