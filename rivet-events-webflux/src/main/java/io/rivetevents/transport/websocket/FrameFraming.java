/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import io.netty.buffer.ByteBuf;

import io.rivetevents.transport.netty.Framing;

/**
 * Writes each message as one frame of a server: not masked, not fragmented.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455, section
 * 5.2</a>
 */
enum FrameFraming implements Framing {

	TEXT(0x1), BINARY(0x2);

	private static final int FINAL = 0x80;

	private static final int LENGTH_16 = 126;

	private static final int LENGTH_64 = 127;

	private final int head;

	FrameFraming(int opcode) {
		this.head = FINAL | opcode;
	}

	@Override
	public int size(byte[] message) {
		int length = message.length;
		return length + ((length < LENGTH_16) ? 2 : (length <= 0xffff) ? 4 : 10);
	}

	@Override
	public void write(byte[] message, ByteBuf out) {
		int length = message.length;
		out.writeByte(this.head);
		if (length < LENGTH_16) {
			out.writeByte(length);
		}
		else if (length <= 0xffff) {
			out.writeByte(LENGTH_16);
			out.writeShort(length);
		}
		else {
			out.writeByte(LENGTH_64);
			out.writeLong(length);
		}
		out.writeBytes(message);
	}

}
