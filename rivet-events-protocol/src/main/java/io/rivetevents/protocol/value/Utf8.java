package io.rivetevents.protocol.value;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads UTF-8 without leniency: what is none is refused.
 */
final class Utf8 {

	/** What a lenient decoder puts for each mistake. */
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
			throw Markers.malformed("a text is no UTF-8");
		}
	}

}
