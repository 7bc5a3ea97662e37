package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.WireValues;

/**
 * Writes and reads messages in one encoding. What cannot be read is refused with
 * {@code actor.invalid_request} and nothing else, whatever the bytes. Nodes that hold a
 * Java object ({@code POJONode}) other than a {@code byte[]} are no values, and fail to
 * be written with an {@link IllegalArgumentException}. Safe for use by several threads.
 *
 * @see WireValues
 */
public interface Codec {

	/**
	 * Write a message.
	 * @param message the message
	 * @return its frame; UTF-8 if the encoding is text
	 */
	byte[] encode(ToClient message);

	/**
	 * Read a message.
	 * @param frame its frame; UTF-8 if the encoding is text
	 * @throws RivetException {@code actor.invalid_request}
	 */
	ToServer decode(byte[] frame);

	/**
	 * Read the body of an action over HTTP.
	 * @param body the body
	 * @return its arguments; what is no array is one, nothing is none
	 * @throws RivetException {@code actor.invalid_request}
	 */
	List<JsonNode> decodeActionRequest(byte[] body);

	/**
	 * Write the answer to an action over HTTP.
	 * @param output its result; {@code null} for none, which a client sees as
	 * {@code undefined}
	 */
	byte[] encodeActionResponse(@Nullable JsonNode output);

	/**
	 * Write the body of an error over HTTP, which has no action id.
	 * @param error the error
	 */
	byte[] encodeError(ToClient.Error error);

}
