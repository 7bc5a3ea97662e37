/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.util.Arrays;

import tools.jackson.core.io.NumberOutput;

import io.rivetevents.error.RivetException;

/**
 * A growing buffer of bytes. Most text on the wire is ASCII, which is written without an
 * intermediate copy.
 */
public final class ByteOutput {

	private static final int INITIAL_CAPACITY = 256;

	/** Length of {@link Long#MIN_VALUE} with its sign. */
	private static final int MAX_LONG_LENGTH = 20;

	private byte[] bytes = new byte[INITIAL_CAPACITY];

	private int size;

	int size() {
		return this.size;
	}

	/**
	 * Drops the bytes from a position on.
	 */
	void truncate(int size) {
		this.size = size;
	}

	public void put(int value) {
		ensure(1);
		this.bytes[this.size++] = (byte) value;
	}

	public void put(byte[] more) {
		ensure(more.length);
		System.arraycopy(more, 0, this.bytes, this.size, more.length);
		this.size += more.length;
	}

	/**
	 * Writes a part of other bytes.
	 */
	void put(byte[] from, int start, int length) {
		ensure(length);
		System.arraycopy(from, start, this.bytes, this.size, length);
		this.size += length;
	}

	/**
	 * Writes a number in decimal digits.
	 */
	void decimal(long value) {
		ensure(MAX_LONG_LENGTH);
		this.size = NumberOutput.outputLong(value, this.bytes, this.size);
	}

	/**
	 * Writes a number that is not negative in the given number of decimal digits, with
	 * leading zeros.
	 */
	void decimal(int value, int count) {
		ensure(count);
		int rest = value;
		for (int i = this.size + count - 1; i >= this.size; i--) {
			this.bytes[i] = (byte) ('0' + rest % 10);
			rest /= 10;
		}
		this.size += count;
	}

	/**
	 * Writes a character in UTF-8.
	 * @param point its code point, not half of a surrogate pair
	 */
	void utf8(int point) {
		if (point <= 0x7f) {
			put(point);
		}
		else if (point <= 0x7ff) {
			put(0xc0 | (point >> 6));
			put(0x80 | (point & 0x3f));
		}
		else if (point <= 0xffff) {
			put(0xe0 | (point >> 12));
			put(0x80 | ((point >> 6) & 0x3f));
			put(0x80 | (point & 0x3f));
		}
		else {
			put(0xf0 | (point >> 18));
			put(0x80 | ((point >> 12) & 0x3f));
			put(0x80 | ((point >> 6) & 0x3f));
			put(0x80 | (point & 0x3f));
		}
	}

	/**
	 * Returns the written bytes as text.
	 * @throws RivetException if they are not UTF-8
	 */
	String text() {
		return Utf8.decode(this.bytes, 0, this.size);
	}

	/**
	 * Writes the last bytes of a number, highest first.
	 * @param value the number
	 * @param length number of bytes, at most 8
	 */
	void big(long value, int length) {
		ensure(length);
		for (int shift = (length - 1) * 8; shift >= 0; shift -= 8) {
			this.bytes[this.size++] = (byte) (value >>> shift);
		}
	}

	/**
	 * Writes an unsigned number as in BARE: 7 bits in each byte, lowest first.
	 */
	void varint(long value) {
		long rest = value;
		while ((rest & ~0x7fL) != 0) {
			put((int) (rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		put((int) rest);
	}

	/**
	 * Writes the characters of a string up to the first one that is not ASCII.
	 * @return number of written characters: the length of the string if it is all ASCII
	 */
	public int ascii(String text) {
		int length = text.length();
		ensure(length);
		byte[] target = this.bytes;
		int start = this.size;
		int i = 0;
		while (i < length) {
			char next = text.charAt(i);
			if (next > 0x7f) {
				break;
			}
			target[start + i] = (byte) next;
			i++;
		}
		this.size = start + i;
		return i;
	}

	/**
	 * Writes the characters of a string up to the first one that JSON must escape or that
	 * is not ASCII.
	 * @param start where to begin
	 * @return where it has stopped: the length of the string if no such character was
	 * found
	 */
	int plain(String text, int start) {
		int length = text.length();
		ensure(length - start);
		byte[] target = this.bytes;
		int offset = this.size - start;
		int i = start;
		while (i < length) {
			char next = text.charAt(i);
			if (!isPlain(next)) {
				break;
			}
			target[offset + i] = (byte) next;
			i++;
		}
		this.size = offset + i;
		return i;
	}

	/**
	 * Writes a string between quotes if it is ASCII and JSON escapes none of its
	 * characters.
	 * @return whether it was written
	 */
	boolean quoted(String text) {
		int length = text.length();
		ensure(length + 2);
		byte[] target = this.bytes;
		int start = this.size + 1;
		for (int i = 0; i < length; i++) {
			char next = text.charAt(i);
			if (!isPlain(next)) {
				return false;
			}
			target[start + i] = (byte) next;
		}
		target[start - 1] = '"';
		target[start + length] = '"';
		this.size = start + length + 1;
		return true;
	}

	private static boolean isPlain(char character) {
		return character >= 0x20 && character <= 0x7f && character != '"' && character != '\\';
	}

	/**
	 * Reserves space for bytes that are written later.
	 */
	void skip(int length) {
		ensure(length);
		this.size += length;
	}

	/**
	 * Writes the length of the bytes after a position into the space that was reserved
	 * there. The bytes are moved if the space does not fit.
	 * @param start position of the space
	 * @param room number of reserved bytes
	 */
	void lengthBefore(int start, int room) {
		int end = this.size;
		int length = end - start - room;
		int width = varintWidth(length);
		if (width > room) {
			ensure(width - room);
		}
		System.arraycopy(this.bytes, start + room, this.bytes, start + width, length);
		this.size = start;
		varint(length);
		this.size = start + width + length;
	}

	private static int varintWidth(int value) {
		int width = 1;
		for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
			width++;
		}
		return width;
	}

	/**
	 * Returns the last written byte; there must be one.
	 */
	int last() {
		return this.bytes[this.size - 1];
	}

	public byte[] toBytes() {
		return Arrays.copyOf(this.bytes, this.size);
	}

	private void ensure(int more) {
		if (more > this.bytes.length - this.size) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, Math.addExact(this.size, more)));
		}
	}

}
