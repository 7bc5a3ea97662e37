/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import io.netty.buffer.ByteBuf;

/**
 * Defines how a message is framed in a stream of bytes.
 */
public interface Framing {

	/**
	 * Returns the number of bytes of a framed message.
	 * @param message its encoded bytes
	 */
	int size(byte[] message);

	/**
	 * Writes a framed message.
	 * @param message its encoded bytes
	 * @param out destination, with room for {@link #size} bytes
	 */
	void write(byte[] message, ByteBuf out);

}
