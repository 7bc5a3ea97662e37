/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.SafeText;

/**
 * Arguments of an action or an event in their form on the wire, not yet converted.
 *
 * @since 0.1.0
 */
public final class Args {

	private final ValueMapper mapper;

	private final List<JsonNode> values;

	/**
	 * Creates arguments.
	 * @param mapper converts them
	 * @param values the values, copied
	 */
	public Args(ValueMapper mapper, List<JsonNode> values) {
		this.mapper = mapper;
		this.values = List.copyOf(values);
	}

	/**
	 * Creates arguments from objects.
	 * @param mapper converts them
	 * @param objects the objects
	 */
	public static Args of(ValueMapper mapper, @Nullable Object... objects) {
		return new Args(mapper, Arrays.stream(objects).map(mapper::toTree).toList());
	}

	/**
	 * Returns the number of arguments.
	 */
	public int size() {
		return this.values.size();
	}

	/**
	 * Returns the values, which must not be changed.
	 */
	public List<JsonNode> values() {
		return this.values;
	}

	/**
	 * Returns an argument.
	 * @param index its position, from 0
	 * @param type type to convert to
	 * @return the argument, {@code null} if it is null or missing
	 * @throws RivetException with {@code actor.validation_error} if it does not match the
	 * type
	 */
	public <T> @Nullable T get(int index, Class<T> type) {
		if (index >= this.values.size() || this.values.get(index).isNull()) {
			return null;
		}
		return this.mapper.convert(this.values.get(index), type);
	}

	/**
	 * Returns arguments with another value at one position.
	 * @param index the position, from 0; it must exist
	 * @param value the value, converted
	 */
	public Args with(int index, @Nullable Object value) {
		List<JsonNode> changed = new ArrayList<>(this.values);
		changed.set(index, this.mapper.toTree(value));
		return new Args(this.mapper, changed);
	}

	@Override
	public String toString() {
		return SafeText.of(this.values);
	}

}
