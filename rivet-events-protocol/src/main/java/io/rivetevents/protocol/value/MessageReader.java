/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;

/**
 * Reads the parts of a message with the structure that JSON and CBOR share, without a
 * tree of the whole message. Each method reads the next part and rejects a part of
 * another type.
 */
public interface MessageReader {

	/** Maximum nesting depth of containers. */
	int MAX_DEPTH = 500;

	/**
	 * Reads a map.
	 * @param field called with each name; must read its value
	 */
	void map(Consumer<String> field);

	/**
	 * Reads a value of any kind.
	 * @return the value; a missing node is undefined
	 */
	JsonNode value();

	/**
	 * Opens messages of one encoding.
	 */
	interface Source {

		/**
		 * Reads a message and rejects it if further data follows.
		 * @param bytes the message
		 * @param body reads the message
		 */
		void read(byte[] bytes, Consumer<MessageReader> body);

	}

}
