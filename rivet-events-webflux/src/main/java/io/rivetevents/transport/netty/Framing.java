package io.rivetevents.transport.netty;

import io.netty.buffer.ByteBuf;

/**
 * How a message stands among others in a stream of bytes.
 */
public interface Framing {

	/**
	 * Return how many bytes a message takes, with all around it.
	 * @param message its encoded bytes
	 */
	int size(byte[] message);

	/**
	 * Write a message with all around it.
	 * @param message its encoded bytes
	 * @param out where to; has room for {@link #size}
	 */
	void write(byte[] message, ByteBuf out);

}
