/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.ArrayList;
import java.util.List;

/**
 * Several frames that waited for a node, sent as one message: a byte {@value #KIND},
 * which no frame begins with, then each frame with its length first, 7 bits in each byte,
 * lowest first.
 */
final class JoinedFrames {

	static final int KIND = 0xff;

	/** Most bytes of joined frames; a larger frame is sent alone. */
	static final int MAX_BYTES = 32 * 1024;

	/** Bytes of a length up to {@link #MAX_BYTES}, at most. */
	private static final int MAX_LENGTH_BYTES = 3;

	private static final int MAX_LENGTH_BITS = 28;

	private final List<byte[]> frames = new ArrayList<>();

	private int size = 1;

	/**
	 * A part of an array.
	 *
	 * @param start position of its first byte
	 * @param end position after its last byte
	 */
	record Range(int start, int end) {
	}

	/**
	 * Adds a frame.
	 * @return whether there was room for it
	 */
	boolean add(byte[] frame) {
		int more = frame.length + MAX_LENGTH_BYTES;
		if (this.size + more > MAX_BYTES) {
			return false;
		}
		this.frames.add(frame);
		this.size += more;
		return true;
	}

	/** Returns the bytes of the message, or the only frame. */
	byte[] toBytes() {
		if (this.frames.size() == 1) {
			return this.frames.get(0);
		}
		int length = 1;
		for (byte[] frame : this.frames) {
			length += Envelope.width(frame.length) + frame.length;
		}
		byte[] bytes = new byte[length];
		bytes[0] = (byte) KIND;
		int position = 1;
		for (byte[] frame : this.frames) {
			position = Envelope.write(bytes, position, frame.length);
			System.arraycopy(frame, 0, bytes, position, frame.length);
			position += frame.length;
		}
		return bytes;
	}

	/**
	 * Returns where the frames of a message are.
	 * @param bytes the message
	 * @param start position of its frame, or of several
	 * @throws IllegalArgumentException if a length is wrong
	 */
	static List<Range> read(byte[] bytes, int start) {
		if ((bytes[start] & 0xff) != KIND) {
			return List.of(new Range(start, bytes.length));
		}
		List<Range> frames = new ArrayList<>();
		int position = start + 1;
		while (position < bytes.length) {
			int length = 0;
			int shift = 0;
			int next;
			do {
				next = (position < bytes.length && shift < MAX_LENGTH_BITS) ? bytes[position++] : 0;
				length |= (next & 0x7f) << shift;
				shift += 7;
			}
			while (next < 0);
			if (length == 0 || length > bytes.length - position) {
				throw new IllegalArgumentException("A frame of another node has a wrong length");
			}
			frames.add(new Range(position, position + length));
			position += length;
		}
		return frames;
	}

}
