/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.WireValues;

/**
 * Writes and reads messages in one encoding. Bytes that cannot be read are always
 * rejected with {@code actor.invalid_request}. Nodes with a Java object
 * ({@code POJONode}) other than a {@code byte[]} are not values; writing them fails with
 * an {@link IllegalArgumentException}. Safe for use by several threads.
 *
 * @see WireValues
 */
public interface Codec {

	/**
	 * Writes a message.
	 * @param message the message
	 * @return its frame; UTF-8 if the encoding is text
	 */
	byte[] encode(ToClient message);

	/**
	 * Reads a message.
	 * @param frame its frame; UTF-8 if the encoding is text
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read
	 */
	ToServer decode(byte[] frame);

	/**
	 * Reads the body of an action over HTTP.
	 * @param body the body
	 * @return its arguments; a value that is not an array is one argument, an empty body
	 * has none
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read
	 */
	List<JsonNode> decodeActionRequest(byte[] body);

	/**
	 * Writes the answer to an action over HTTP.
	 * @param output its result; {@code null} for none, which is {@code undefined} for a
	 * client
	 */
	byte[] encodeActionResponse(@Nullable JsonNode output);

	/**
	 * Writes the body of an error over HTTP, without an action id.
	 * @param error the error
	 */
	byte[] encodeError(ToClient.Error error);

}
