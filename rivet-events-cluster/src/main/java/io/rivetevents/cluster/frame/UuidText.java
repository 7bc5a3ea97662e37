/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.frame;

import java.util.UUID;

/**
 * The 16 bytes of a UUID in its usual text: 32 hexadecimal digits in lower case, in five
 * groups. Only this text can be written as bytes.
 */
final class UuidText {

	private static final int LENGTH = 36;

	private UuidText() {
	}

	/**
	 * Writes the bytes of a text if it is the usual one.
	 * @param text the text
	 * @param target receives the bytes, or some bytes that do not matter
	 * @param offset position of the first of 16 bytes
	 * @return whether it is the usual text
	 */
	static boolean read(String text, byte[] target, int offset) {
		if (text.length() != LENGTH) {
			return false;
		}
		int next = offset;
		for (int i = 0; i < LENGTH; i += 2) {
			if (isDash(i)) {
				if (text.charAt(i) != '-') {
					return false;
				}
				i++;
			}
			int value = (digit(text.charAt(i)) << 4) | digit(text.charAt(i + 1));
			if (value < 0) {
				return false;
			}
			target[next++] = (byte) value;
		}
		return true;
	}

	private static boolean isDash(int position) {
		return position == 8 || position == 13 || position == 18 || position == 23;
	}

	/** Returns the value of a digit; negative for another character. */
	private static int digit(char character) {
		if (character >= '0' && character <= '9') {
			return character - '0';
		}
		return (character >= 'a' && character <= 'f') ? character - 'a' + 10 : -1;
	}

	/** Returns the text of two halves. */
	static String of(long high, long low) {
		return new UUID(high, low).toString();
	}

}
