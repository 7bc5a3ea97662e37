/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import io.netty.buffer.ByteBuf;

/**
 * The head of a client's frame: 6 to 14 bytes, which may arrive in any number of parts.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section
 * 5.2</a>
 */
final class FrameHead {

	static final int CONTINUATION = 0x0;

	static final int TEXT = 0x1;

	static final int BINARY = 0x2;

	static final int CLOSE = 0x8;

	static final int PING = 0x9;

	static final int PONG = 0xa;

	/** {@link #reserved()} of a compressed message. */
	static final int COMPRESSED = 0x40;

	private static final int FINAL = 0x80;

	private static final int RESERVED = 0x70;

	private static final int OPCODE = 0xf;

	private static final int MASKED = 0x80;

	private static final int LENGTH = 0x7f;

	private static final int LENGTH_16 = 126;

	private static final int MASK_SIZE = 4;

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private final byte[] bytes = new byte[2 + Long.BYTES + MASK_SIZE];

	private int size;

	/**
	 * Reads as many bytes of the head as are available.
	 * @return whether the head is complete
	 */
	boolean read(ByteBuf in) {
		while (this.size < needed()) {
			if (!in.isReadable()) {
				return false;
			}
			this.bytes[this.size++] = in.readByte();
		}
		return true;
	}

	private int needed() {
		if (this.size < 2) {
			return 2;
		}
		return 2 + sizeOfLength() + (isMasked() ? MASK_SIZE : 0);
	}

	/** Starts the next head. */
	void reset() {
		this.size = 0;
	}

	boolean isFinal() {
		return (this.bytes[0] & FINAL) != 0;
	}

	int reserved() {
		return this.bytes[0] & RESERVED;
	}

	int opcode() {
		return this.bytes[0] & OPCODE;
	}

	boolean isMasked() {
		return (this.bytes[1] & MASKED) != 0;
	}

	private int sizeOfLength() {
		int length = this.bytes[1] & LENGTH;
		return (length < LENGTH_16) ? 0 : (length == LENGTH_16) ? Short.BYTES : Long.BYTES;
	}

	/**
	 * Returns the number of bytes of the payload; negative if it is not in its shortest
	 * form.
	 */
	long length() {
		int size = sizeOfLength();
		if (size == 0) {
			return this.bytes[1] & LENGTH;
		}
		long length = 0;
		for (int i = 0; i < size; i++) {
			length = length << Byte.SIZE | this.bytes[2 + i] & 0xff;
		}
		return (length < ((size == Short.BYTES) ? LENGTH_16 : 0x10000)) ? -1 : length;
	}

	/**
	 * Unmasks a part of the payload.
	 * @param target array with the part
	 * @param start index of the part in the array
	 * @param count number of bytes
	 * @param offset position of the part in the payload
	 */
	void unmask(byte[] target, int start, int count, int offset) {
		int mask = rotatedMask(offset);
		if (mask == 0) {
			return;
		}
		long twice = (long) mask << Integer.SIZE | mask & 0xffffffffL;
		int position = start;
		int end = start + count;
		for (; position + Long.BYTES <= end; position += Long.BYTES) {
			LONGS.set(target, position, (long) LONGS.get(target, position) ^ twice);
		}
		for (int shift = 24; position < end; position++, shift -= Byte.SIZE) {
			target[position] ^= (byte) (mask >>> (shift & 31));
		}
	}

	/**
	 * Returns the mask, rotated to start with the byte for the first byte of the part.
	 */
	private int rotatedMask(int offset) {
		int mask = 0;
		for (int i = 0; i < MASK_SIZE; i++) {
			mask = mask << Byte.SIZE | this.bytes[this.size - MASK_SIZE + (offset + i) % MASK_SIZE] & 0xff;
		}
		return mask;
	}

}
