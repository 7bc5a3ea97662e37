/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Caches field names that messages repeat, so that equal names are the same
 * {@code String} and the hash is computed once. A name replaces another name with the
 * same slot. Names that clients choose to collide therefore take no additional memory,
 * and no more time than without this cache. Safe for use by several threads without
 * synchronization, since all fields of a name are final.
 */
final class FieldNames {

	/**
	 * Maximum length of a cached name in bytes: two longs contain it and the following
	 * quote.
	 */
	static final int MAX_LENGTH = 2 * Long.BYTES - 1;

	/** Bits of a slot; all names take at most 60 KB of heap. */
	private static final int PLACE_BITS = 9;

	/** 2^64 divided by the golden ratio, which spreads similar numbers. */
	private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

	private final Name[] names = new Name[1 << PLACE_BITS];

	FieldNames() {
		Arrays.fill(this.names, new Name(0, 0, ""));
	}

	/**
	 * Returns a name.
	 * @param first its first eight bytes, little endian, padded with zeros
	 * @param second the following bytes, in the same form
	 * @param bytes contains the name, which is all ASCII
	 * @param start where it starts
	 * @param length its length in bytes, at most {@link #MAX_LENGTH}
	 */
	String get(long first, long second, byte[] bytes, int start, int length) {
		int place = place(first, second);
		Name name = this.names[place];
		if (name.is(first, second)) {
			return name.text;
		}
		Name other = this.names[place ^ 1];
		if (other.is(first, second)) {
			return other.text;
		}
		Name added = new Name(first, second, new String(bytes, start, length, StandardCharsets.US_ASCII));
		this.names[place ^ 1] = name;
		this.names[place] = added;
		return added.text;
	}

	static int place(long first, long second) {
		return (int) ((first + 31 * second) * SPREAD >>> (Long.SIZE - PLACE_BITS));
	}

	private record Name(long first, long second, String text) {

		boolean is(long otherFirst, long otherSecond) {
			return this.first == otherFirst && this.second == otherSecond;
		}

	}

}
