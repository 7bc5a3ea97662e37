/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.jspecify.annotations.Nullable;

import io.rivetevents.transport.PartialMessage;

/**
 * Inflates the compressed messages of one client up to the size limit. The compression
 * window continues from one message to the next.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7692#section-7.2.2">RFC 7692, section
 * 7.2.2</a>
 */
final class Deflated {

	/** Bytes that the sender omits at the end of each message. */
	static final byte[] TAIL = { 0, 0, -1, -1 };

	/**
	 * Created for the first compressed message; it uses some 40 KB outside the heap.
	 */
	private @Nullable Inflater inflater;

	/**
	 * Inflates a part of a message.
	 * @param bytes compressed bytes, unmasked
	 * @param message receives the inflated bytes
	 * @return whether the message had room for all inflated bytes
	 * @throws DataFormatException if the bytes are not valid
	 */
	boolean inflate(byte[] bytes, PartialMessage message) throws DataFormatException {
		Inflater inflater = inflater();
		inflater.setInput(bytes);
		while (true) {
			int room = message.room();
			if (room == 0) {
				return false;
			}
			int made = inflater.inflate(message.array(), message.size(), room);
			message.advance(made);
			if (inflater.finished()) {
				int rest = inflater.getRemaining();
				inflater.reset(); // the last block has ended: the rest starts a new
									// stream
				inflater.setInput(bytes, bytes.length - rest, rest);
			}
			else if (inflater.needsDictionary()) {
				throw new DataFormatException("Preset dictionaries are not supported");
			}
			if (made == 0 && inflater.needsInput()) {
				return true;
			}
		}
	}

	private Inflater inflater() {
		Inflater inflater = this.inflater;
		if (inflater == null) {
			inflater = new Inflater(true);
			this.inflater = inflater;
		}
		return inflater;
	}

	/** Releases the memory outside the heap. */
	void end() {
		if (this.inflater != null) {
			this.inflater.end();
			this.inflater = null;
		}
	}

}
