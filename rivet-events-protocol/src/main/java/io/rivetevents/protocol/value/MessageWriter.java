/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes the parts of a message with the structure that JSON and CBOR share.
 */
public interface MessageWriter {

	/** Begins a map with the given number of fields. */
	void startMap(int size);

	void endMap();

	void name(String name);

	void text(String text);

	/**
	 * Writes an id, which must arrive as a bigint: section 5.2 of the protocol document.
	 */
	void id(long id);

	/** Writes a number that the client reads as a number. */
	void number(long number);

	/** Writes a value of the application; {@code null} is undefined. */
	void value(@Nullable JsonNode value);

	/** Writes values of the application as one array. */
	void values(List<JsonNode> values);

	void nothing();

	byte[] toBytes();

}
