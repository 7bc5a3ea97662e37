/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Examines eight bytes of JSON at once, the first one in the lowest bits. The position
 * that a method finds is the lowest set bit of its result: the top bit of that byte is
 * set, the bytes before are zero, and the bytes after are arbitrary.
 */
final class EightBytes {

	/** Multiplied by a byte, contains that byte eight times. */
	private static final long EACH = 0x0101_0101_0101_0101L;

	private static final long TOP_BITS = EACH * 0x80;

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private EightBytes() {
	}

	static long get(byte[] bytes, int start) {
		return (long) LONGS.get(bytes, start);
	}

	/**
	 * Finds the first byte that must be escaped in a string: a quote, a backslash or a
	 * control character.
	 * @return 0 if there is none
	 */
	static long findSpecial(long bytes) {
		long quote = bytes ^ (EACH * '"');
		long backslash = bytes ^ (EACH * '\\');
		return ((quote - EACH) & ~quote | (backslash - EACH) & ~backslash | (bytes - EACH * ' ') & ~bytes) & TOP_BITS;
	}

	/**
	 * Finds the first byte that must be escaped or is not ASCII.
	 * @return 0 if there is none
	 */
	static long findSpecialOrWide(long bytes) {
		return findSpecial(bytes) | bytes & TOP_BITS;
	}

	/**
	 * Returns the number of bytes before the found byte: 8 if none was found.
	 */
	static int before(long found) {
		return Long.numberOfTrailingZeros(found) / Byte.SIZE;
	}

	/**
	 * Returns the bytes before the found byte, with zeros in place of the others.
	 */
	static long keepBefore(long bytes, long found) {
		return bytes & ((Long.lowestOneBit(found) >>> (Byte.SIZE - 1)) - 1);
	}

	/**
	 * Returns the first bytes, with zeros in place of the others.
	 * @param count number of bytes; may be any number
	 */
	static long keep(long bytes, int count) {
		if (count >= Long.BYTES) {
			return bytes;
		}
		return (count > 0) ? bytes & ((1L << (count * Byte.SIZE)) - 1) : 0;
	}

}
