/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/**
 * Writes objects of the application by their classes.
 */
final class ValueWriter {

	private final JsonMapper mapper;

	ValueWriter(JsonMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Converts an object to a value.
	 * @param object the object; {@code null} becomes a null node, and a {@code JsonNode}
	 * is returned unchanged, not copied
	 */
	JsonNode toTree(@Nullable Object object) {
		if (object == null) {
			return NullNode.getInstance();
		}
		return (object instanceof JsonNode node) ? node
				: guard(() -> this.mapper.<JsonNode>valueToTree(object), "The value cannot be written");
	}

	/**
	 * Writes an object as JSON.
	 * @return UTF-8
	 */
	byte[] write(@Nullable Object object) {
		return guard(() -> this.mapper.writeValueAsBytes(object), "The object cannot be written");
	}

	/**
	 * Converts an {@link Error} of the application's getters and setters to an exception:
	 * Reactor would rethrow an {@code Error}, and the caller would receive no signal.
	 */
	static <T extends @Nullable Object> T guard(Supplier<T> work, String failure) {
		try {
			return work.get();
		}
		catch (StackOverflowError | LinkageError ex) {
			throw DatabindException.from((JsonParser) null, failure, ex);
		}
	}

}
