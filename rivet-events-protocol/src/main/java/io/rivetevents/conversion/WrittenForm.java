/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/**
 * The form of a type's values on the wire.
 *
 * @param kind the kind of value
 * @param format a format of JSON Schema for a {@link Kind#TEXT}, {@code null} if there is
 * none
 * @param constants all values of a {@link Kind#CONSTANT}, in the order of the enum; empty
 * for other kinds
 * @param items form of the elements of a {@link Kind#ARRAY} and of the values of a
 * {@link Kind#MAP}, {@code null} for other kinds
 * @param type type with the properties of an {@link Kind#OBJECT}, {@code null} for other
 * kinds
 */
public record WrittenForm(Kind kind, @Nullable String format, List<JsonNode> constants, @Nullable WrittenForm items,
		@Nullable JavaType type) {

	/**
	 * The kinds of values.
	 */
	public enum Kind {

		/** A string. */
		TEXT,

		/** True or false. */
		BOOLEAN,

		/** A whole number of at most 32 bits. */
		INTEGER,

		/** A whole number, and a bigint beyond 2^53. */
		LONG,

		/** Always a bigint. */
		BIG_INTEGER,

		/** A number that may have a fraction. */
		NUMBER,

		/** Bytes. */
		BYTES,

		/** One of the constants of an enum. */
		CONSTANT,

		/** A list of values. */
		ARRAY,

		/** A value for each key. */
		MAP,

		/** The properties of a type. */
		OBJECT,

		/** Always null. */
		NULL,

		/** Any value: the serializer does not describe what it writes. */
		ANY

	}

	static WrittenForm of(Kind kind) {
		return new WrittenForm(kind, null, List.of(), null, null);
	}

	static WrittenForm of(Kind kind, WrittenForm items) {
		return new WrittenForm(kind, null, List.of(), items, null);
	}

	static WrittenForm object(JavaType type) {
		return new WrittenForm(Kind.OBJECT, null, List.of(), null, type);
	}

	/** Returns whether this is a number of any kind. */
	boolean isNumber() {
		return switch (this.kind) {
			case INTEGER, LONG, BIG_INTEGER, NUMBER -> true;
			default -> false;
		};
	}

}
