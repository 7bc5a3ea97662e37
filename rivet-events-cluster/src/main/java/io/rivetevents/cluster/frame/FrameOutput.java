/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a frame into a growing buffer. {@link FrameInput} reads them, and
 * has a method of the same name for each. Used by one thread.
 */
final class FrameOutput {

	private static final int INITIAL_CAPACITY = 256;

	/** Bytes of the UUID of an id. */
	private static final int UUID_BYTES = 16;

	private byte[] bytes = new byte[INITIAL_CAPACITY];

	private int size;

	/** Writes one byte. */
	FrameOutput one(int value) {
		ensure(1);
		this.bytes[this.size++] = (byte) value;
		return this;
	}

	FrameOutput flag(boolean value) {
		return one(value ? 1 : 0);
	}

	/** Writes a number that is not negative: 7 bits in each byte, lowest first. */
	FrameOutput unsigned(long value) {
		long rest = value;
		while ((rest & ~0x7fL) != 0) {
			one((int) (rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		return one((int) rest);
	}

	/** Writes a number of either sign; small amounts take few bytes. */
	FrameOutput number(long value) {
		return unsigned((value << 1) ^ (value >> 63));
	}

	/** Writes eight bytes, highest first. */
	FrameOutput fixed(long value) {
		ensure(Long.BYTES);
		for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
			this.bytes[this.size++] = (byte) (value >>> shift);
		}
		return this;
	}

	/** Writes bytes, with their length first. */
	FrameOutput bytes(byte[] value) {
		unsigned(value.length);
		return raw(value);
	}

	private FrameOutput raw(byte[] value) {
		ensure(value.length);
		System.arraycopy(value, 0, this.bytes, this.size, value.length);
		this.size += value.length;
		return this;
	}

	/**
	 * Writes a text: twice the number of bytes, and UTF-8. If the text has half of a
	 * surrogate pair, which UTF-8 does not have, the number is odd and the bytes are
	 * UTF-16: each text arrives as it is, since a key with another text is another actor.
	 */
	FrameOutput text(String text) {
		int start = this.size;
		unsigned((long) text.length() << 1);
		if (ascii(text)) {
			return this;
		}
		this.size = start;
		byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
		if (new String(utf8, StandardCharsets.UTF_8).equals(text)) {
			return unsigned((long) utf8.length << 1).raw(utf8);
		}
		unsigned(((long) text.length() << 2) | 1);
		text.chars().forEach((each) -> one(each >>> Byte.SIZE).one(each));
		return this;
	}

	/** Writes a text that is all ASCII; otherwise some bytes that do not matter. */
	private boolean ascii(String text) {
		int length = text.length();
		ensure(length);
		for (int i = 0; i < length; i++) {
			char next = text.charAt(i);
			if (next > 0x7f) {
				return false;
			}
			this.bytes[this.size++] = (byte) next;
		}
		return true;
	}

	/**
	 * Writes an id: 0 and 16 bytes for the usual text of a UUID, otherwise 1 and the
	 * text.
	 */
	FrameOutput id(String id) {
		int start = this.size;
		one(0);
		ensure(UUID_BYTES);
		if (UuidText.read(id, this.bytes, this.size)) {
			this.size += UUID_BYTES;
			return this;
		}
		this.size = start;
		return one(1).text(id);
	}

	FrameOutput instant(Instant value) {
		return number(value.getEpochSecond()).unsigned(value.getNano());
	}

	FrameOutput duration(Duration value) {
		return number(value.getSeconds()).unsigned(value.getNano());
	}

	/** Writes a flag, and the value if it is not {@code null}. */
	<V> FrameOutput optional(@Nullable V value, BiConsumer<FrameOutput, V> writer) {
		flag(value != null);
		if (value != null) {
			writer.accept(this, value);
		}
		return this;
	}

	/** Writes the number of values, and each value. */
	<V> FrameOutput list(Collection<? extends V> values, BiConsumer<FrameOutput, V> writer) {
		unsigned(values.size());
		for (V value : values) {
			writer.accept(this, value);
		}
		return this;
	}

	/**
	 * Writes the length of a record and the record, so that a reader can ignore the
	 * fields that its version does not have.
	 */
	<V> FrameOutput record(V value, BiConsumer<FrameOutput, V> writer) {
		int start = this.size;
		one(0);
		writer.accept(this, value);
		int length = this.size - start - 1;
		int more = width(length) - 1;
		ensure(more);
		System.arraycopy(this.bytes, start + 1, this.bytes, start + 1 + more, (more > 0) ? length : 0);
		this.size = start;
		unsigned(length);
		this.size += length;
		return this;
	}

	/** Writes a flag, and the record if it is not {@code null}. */
	<V> FrameOutput optionalRecord(@Nullable V value, BiConsumer<FrameOutput, V> writer) {
		return optional(value, (out, present) -> out.record(present, writer));
	}

	private static int width(int value) {
		int width = 1;
		for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
			width++;
		}
		return width;
	}

	byte[] toBytes() {
		return Arrays.copyOf(this.bytes, this.size);
	}

	private void ensure(int more) {
		if (more > this.bytes.length - this.size) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(this.bytes.length * 2, Math.addExact(this.size, more)));
		}
	}

}
