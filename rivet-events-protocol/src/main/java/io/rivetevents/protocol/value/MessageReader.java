package io.rivetevents.protocol.value;

import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;

/**
 * Reads the parts of a message in the shape that JSON and CBOR share, without a tree of
 * the whole. Each method reads the next thing and refuses what is none.
 */
public interface MessageReader {

	/** Containers within containers beyond it are refused. */
	int MAX_DEPTH = 500;

	/**
	 * Read a map.
	 * @param field called with each name; must read what stands behind it
	 */
	void map(Consumer<String> field);

	/**
	 * Read a value of any kind.
	 * @return the value; a missing node is undefined
	 */
	JsonNode value();

	/**
	 * Opens messages of one encoding.
	 */
	interface Source {

		/**
		 * Read a message, and refuse it if anything follows.
		 * @param bytes the message
		 * @param body reads it
		 */
		void read(byte[] bytes, Consumer<MessageReader> body);

	}

}
