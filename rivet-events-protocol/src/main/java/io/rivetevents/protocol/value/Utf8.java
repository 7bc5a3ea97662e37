/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads UTF-8 strictly and rejects invalid bytes.
 */
final class Utf8 {

	/** Replacement character of a lenient decoder for each error. */
	private static final char REPLACEMENT = '\uFFFD';

	private Utf8() {
	}

	static String decode(byte[] bytes, int offset, int length) {
		String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) >= 0) {
			check(bytes, offset, length);
		}
		return text;
	}

	private static void check(byte[] bytes, int offset, int length) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
		}
		catch (CharacterCodingException ex) {
			throw Markers.malformed("a string is not valid UTF-8");
		}
	}

}
