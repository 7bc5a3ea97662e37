/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import org.jspecify.annotations.Nullable;

/**
 * What is sent to another node: the numbers of two sessions, and a frame or several
 * {@linkplain JoinedFrames joined} ones. Two numbers with 7 bits in each byte, lowest
 * first, then the bytes of the frame. A greeting has a byte 0 instead, which no frame
 * begins with, and the version of the sender; further bytes of a later version are
 * ignored.
 *
 * @param session number of the sender's session
 * @param acknowledged number of the receiver's session that the sender has received, 0
 * for none
 * @param content bytes that have the frame or frames, {@code null} for a greeting
 * @param start position of the first byte of them; for a greeting the version of the
 * sender
 */
record Envelope(long session, long acknowledged, byte @Nullable [] content, int start) {

	/** Version of the frames of this node, up to 255. */
	static final int VERSION = 4;

	private static final int GREETING = 0;

	private static final int MAX_HEADER = 20;

	private static final int MAX_VARINT_BITS = 63;

	static Envelope greeting(long session, long acknowledged) {
		return new Envelope(session, acknowledged, null, VERSION);
	}

	/** Returns the version of the sender of a greeting. */
	int version() {
		return this.start;
	}

	boolean isGreeting() {
		return this.content == null;
	}

	byte[] toBytes() {
		byte[] header = new byte[MAX_HEADER];
		int size = write(header, write(header, 0, this.session), this.acknowledged);
		byte[] last = (this.content != null) ? this.content : new byte[] { GREETING, (byte) this.start };
		byte[] bytes = new byte[size + last.length];
		System.arraycopy(header, 0, bytes, 0, size);
		System.arraycopy(last, 0, bytes, size, last.length);
		return bytes;
	}

	/** Returns the number of bytes of a number. */
	static int width(long value) {
		int width = 1;
		for (long rest = value >>> 7; rest != 0; rest >>>= 7) {
			width++;
		}
		return width;
	}

	/** Writes a number, and returns the position after it. */
	static int write(byte[] target, int offset, long value) {
		int next = offset;
		long rest = value;
		while (rest > 0x7f) {
			target[next++] = (byte) (rest & 0x7f | 0x80);
			rest >>>= 7;
		}
		target[next++] = (byte) rest;
		return next;
	}

	/**
	 * Reads an envelope.
	 * @throws IllegalArgumentException if the bytes are not one
	 */
	static Envelope read(byte[] bytes) {
		int[] position = new int[1];
		long session = readNumber(bytes, position);
		long acknowledged = readNumber(bytes, position);
		int start = position[0];
		if (start >= bytes.length) {
			throw malformed();
		}
		return (bytes[start] == GREETING) ? new Envelope(session, acknowledged, null, readVersion(bytes, start + 1))
				: new Envelope(session, acknowledged, bytes, start);
	}

	private static int readVersion(byte[] bytes, int position) {
		return (position < bytes.length) ? bytes[position] & 0xff : 1;
	}

	private static long readNumber(byte[] bytes, int[] position) {
		long value = 0;
		for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
			if (position[0] >= bytes.length) {
				throw malformed();
			}
			int next = bytes[position[0]++];
			value |= (long) (next & 0x7f) << shift;
			if (next >= 0) {
				return value;
			}
		}
		throw malformed();
	}

	private static IllegalArgumentException malformed() {
		return new IllegalArgumentException("A frame of another node has no header");
	}

}
