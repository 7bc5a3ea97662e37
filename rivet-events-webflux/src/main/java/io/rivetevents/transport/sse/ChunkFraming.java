/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import io.netty.buffer.ByteBuf;

import io.rivetevents.transport.netty.Framing;

/**
 * Writes each message as one chunk of an HTTP/1.1 body.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112, section
 * 7.1</a>
 */
enum ChunkFraming implements Framing {

	CHUNK;

	private static final byte[] HEX = { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e',
			'f' };

	private static final int CRLF = '\r' << 8 | '\n';

	@Override
	public int size(byte[] message) {
		return digits(message.length) + 2 + message.length + 2;
	}

	@Override
	public void write(byte[] message, ByteBuf out) {
		for (int shift = 4 * (digits(message.length) - 1); shift >= 0; shift -= 4) {
			out.writeByte(HEX[(message.length >> shift) & 0xf]);
		}
		out.writeShort(CRLF);
		out.writeBytes(message);
		out.writeShort(CRLF);
	}

	private static int digits(int length) {
		return (35 - Integer.numberOfLeadingZeros(length | 1)) / 4;
	}

}
