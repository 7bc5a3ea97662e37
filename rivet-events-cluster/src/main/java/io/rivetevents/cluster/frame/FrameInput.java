/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a frame as {@link FrameOutput} writes them. Lengths and counts are
 * checked against the number of bytes that follow, so that wrong ones do not reserve
 * memory. All methods throw {@link IllegalArgumentException} if a field is not there or
 * not valid.
 */
final class FrameInput {

	/** Capacity that is reserved for a declared count before the elements are read. */
	private static final int MAX_INITIAL_CAPACITY = 1024;

	private static final int MAX_VARINT_BITS = 64;

	private final byte[] bytes;

	private final int end;

	private int position;

	FrameInput(byte[] bytes, int start, int end) {
		this.bytes = bytes;
		this.position = start;
		this.end = end;
	}

	/** Returns whether a field follows that was added in a later version. */
	boolean hasMore() {
		return this.position < this.end;
	}

	int one() {
		return this.bytes[skip(1)] & 0xff;
	}

	boolean flag() {
		int value = one();
		if (value > 1) {
			throw malformed("a flag is neither 0 nor 1");
		}
		return value == 1;
	}

	long unsigned() {
		long value = 0;
		for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
			int next = one();
			value |= (long) (next & 0x7f) << shift;
			if ((next & 0x80) == 0) {
				return value;
			}
		}
		throw malformed("a number is too large");
	}

	long number() {
		long value = unsigned();
		return (value >>> 1) ^ -(value & 1);
	}

	/** Reads a number of 32 bits. */
	int integer() {
		long value = number();
		if (value != (int) value) {
			throw malformed("a number is too large");
		}
		return (int) value;
	}

	long fixed() {
		int start = skip(Long.BYTES);
		long value = 0;
		for (int i = start; i < start + Long.BYTES; i++) {
			value = (value << Byte.SIZE) | (this.bytes[i] & 0xff);
		}
		return value;
	}

	/** Reads a count; each of the counted elements takes at least one byte. */
	int count() {
		return length(unsigned());
	}

	byte[] bytes() {
		int length = count();
		int start = skip(length);
		return Arrays.copyOfRange(this.bytes, start, start + length);
	}

	String text() {
		long head = unsigned();
		int length = length(head >>> 1);
		int start = skip(length);
		return ((head & 1) == 0) ? new String(this.bytes, start, length, StandardCharsets.UTF_8) : utf16(start, length);
	}

	/** The decoder of the JDK replaces half of a surrogate pair. */
	private String utf16(int start, int length) {
		char[] text = new char[length / 2];
		for (int i = 0; i < text.length; i++) {
			int at = start + 2 * i;
			text[i] = (char) ((this.bytes[at] << Byte.SIZE) | (this.bytes[at + 1] & 0xff));
		}
		return new String(text);
	}

	String id() {
		return flag() ? text() : UuidText.of(fixed(), fixed());
	}

	Instant instant() {
		return Instant.ofEpochSecond(number(), unsigned());
	}

	Duration duration() {
		return Duration.ofSeconds(number(), unsigned());
	}

	<V> @Nullable V optional(Function<FrameInput, V> reader) {
		return flag() ? reader.apply(this) : null;
	}

	<V> List<V> list(Function<FrameInput, V> reader) {
		int count = count();
		List<V> list = new ArrayList<>(Math.min(count, MAX_INITIAL_CAPACITY));
		for (int i = 0; i < count; i++) {
			list.add(reader.apply(this));
		}
		return list;
	}

	/** Reads a record, and ignores its fields after the last known one. */
	<V> V record(Function<FrameInput, V> reader) {
		int length = count();
		int start = skip(length);
		return reader.apply(new FrameInput(this.bytes, start, start + length));
	}

	<V> @Nullable V optionalRecord(Function<FrameInput, V> reader) {
		return optional((in) -> in.record(reader));
	}

	private int length(long claimed) {
		if (claimed < 0 || claimed > this.end - this.position) {
			throw malformed("it ends too early");
		}
		return (int) claimed;
	}

	/** Moves forward, and returns the position before. */
	private int skip(int length) {
		int start = this.position;
		this.position += length((long) length);
		return start;
	}

	static IllegalArgumentException malformed(String why) {
		return new IllegalArgumentException(why);
	}

}
