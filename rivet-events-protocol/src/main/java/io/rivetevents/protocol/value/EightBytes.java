package io.rivetevents.protocol.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at eight bytes of JSON at once, the first in the lowest bits. What a method finds
 * is the lowest bit of its result: it has the top bit of that byte set, none for the
 * bytes before, and any for those behind.
 */
final class EightBytes {

	/** Multiplied by a byte, holds it eight times. */
	private static final long EACH = 0x0101_0101_0101_0101L;

	private static final long TOP_BITS = EACH * 0x80;

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private EightBytes() {
	}

	static long get(byte[] bytes, int start) {
		return (long) LONGS.get(bytes, start);
	}

	/**
	 * Finds the first byte that a text cannot hold as it is: a quote, a backslash or a
	 * control character.
	 * @return 0 if there is none
	 */
	static long findSpecial(long bytes) {
		long quote = bytes ^ (EACH * '"');
		long backslash = bytes ^ (EACH * '\\');
		return ((quote - EACH) & ~quote | (backslash - EACH) & ~backslash | (bytes - EACH * ' ') & ~bytes) & TOP_BITS;
	}

	/**
	 * Finds the first byte that is special or not ASCII.
	 * @return 0 if there is none
	 */
	static long findSpecialOrWide(long bytes) {
		return findSpecial(bytes) | bytes & TOP_BITS;
	}

	/**
	 * Returns how many bytes precede what was found: 8 if nothing was.
	 */
	static int before(long found) {
		return Long.numberOfTrailingZeros(found) / Byte.SIZE;
	}

	/**
	 * Returns the bytes that precede what was found, and zeros instead of the others.
	 */
	static long keepBefore(long bytes, long found) {
		return bytes & ((Long.lowestOneBit(found) >>> (Byte.SIZE - 1)) - 1);
	}

	/**
	 * Returns the first bytes, and zeros instead of the others.
	 * @param count how many; any number
	 */
	static long keep(long bytes, int count) {
		if (count >= Long.BYTES) {
			return bytes;
		}
		return (count > 0) ? bytes & ((1L << (count * Byte.SIZE)) - 1) : 0;
	}

}
