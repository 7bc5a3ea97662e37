/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.value.WireValues;

/**
 * Converts values of a test to values as a client receives them, and back.
 */
final class Values {

	private Values() {
	}

	/** Returns the form in which a client receives a value. */
	static JsonNode received(ValueMapper mapper, @Nullable Object value) {
		return WireValues.decodeJson(WireValues.encodeJson(mapper.toTree(value)));
	}

	static List<JsonNode> received(ValueMapper mapper, @Nullable Object[] values) {
		return Arrays.stream(values).map((value) -> received(mapper, value)).toList();
	}

	/**
	 * Converts a received value.
	 * @param what describes the value for the error
	 */
	static <T> @Nullable T convert(ValueMapper mapper, JsonNode value, Class<T> type, Supplier<String> what) {
		try {
			return mapper.convert(value, type);
		}
		catch (RivetException ex) {
			throw new AssertionError("%s is not a %s: %s".formatted(what.get(), type.getSimpleName(), ex.text()), ex);
		}
	}

}
