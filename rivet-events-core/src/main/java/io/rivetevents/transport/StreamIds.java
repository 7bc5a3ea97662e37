/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import io.rivetevents.extension.Identity;

/**
 * Ids of streams. They tell a stream of a user from one of an anonymous client, so that a
 * client whose session has ended does not continue as an anonymous one unnoticed.
 */
final class StreamIds {

	private static final String OF_USER = "u-";

	private StreamIds() {
	}

	/**
	 * Returns the id of a stream.
	 * @param id unique id
	 * @param identity owner of the stream
	 */
	static String of(String id, Identity identity) {
		return (identity.owner() != null) ? OF_USER + id : id;
	}

	/**
	 * Returns whether a stream belongs to a user. A client that sends another id deceives
	 * only itself.
	 * @param stream id of the stream
	 */
	static boolean isOfUser(String stream) {
		return stream.startsWith(OF_USER);
	}

}
