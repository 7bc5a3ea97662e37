package io.rivetevents.protocol.value;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes the parts of a message in the shape that JSON and CBOR share.
 */
public interface MessageWriter {

	/** Begin a map of so many fields. */
	void startMap(int size);

	void endMap();

	void name(String name);

	void text(String text);

	/** An id must arrive as a bigint: section 5.2 of the protocol document. */
	void id(long id);

	/** A number that the client reads as one. */
	void number(long number);

	/** A value of the application; {@code null} is undefined. */
	void value(@Nullable JsonNode value);

	/** Values of the application as one array. */
	void values(List<JsonNode> values);

	void nothing();

	byte[] toBytes();

}
