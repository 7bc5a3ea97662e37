/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Writes texts of clients for people, such as in a log: escapes characters that could end
 * a line or hide content, and cuts long texts.
 */
public final class SafeText {

	/** Maximum number of characters of a text. */
	public static final int MAX_LENGTH = 256;

	private static final String CUT = "…";

	private SafeText() {
	}

	/**
	 * Returns a text on one line, of limited length.
	 * @param text a text of any origin
	 * @return the same text if it has at most {@value #MAX_LENGTH} characters, all of
	 * them harmless; otherwise its beginning, with escapes as in Java
	 */
	public static String of(@Nullable Object text) {
		return of(text, MAX_LENGTH);
	}

	/**
	 * Returns a text on one line, of limited length.
	 * @param text a text of any origin
	 * @param maxLength maximum number of characters
	 */
	public static String of(@Nullable Object text, int maxLength) {
		String given = String.valueOf(text);
		int end = Math.min(given.length(), maxLength);
		boolean harmless = true;
		for (int i = 0; i < end && harmless; i++) {
			harmless = isHarmless(given.charAt(i));
		}
		String kept = harmless ? given.substring(0, end) : escape(given, end);
		return (end < given.length()) ? kept + CUT : kept;
	}

	private static String escape(String text, int end) {
		StringBuilder escaped = new StringBuilder(end + 16);
		for (int i = 0; i < end; i++) {
			char next = text.charAt(i);
			switch (next) {
				case '\n' -> escaped.append("\\n");
				case '\r' -> escaped.append("\\r");
				case '\t' -> escaped.append("\\t");
				default -> {
					if (isHarmless(next)) {
						escaped.append(next);
					}
					else {
						escaped.append(String.format("\\u%04x", (int) next));
					}
				}
			}
		}
		return escaped.toString();
	}

	/**
	 * Returns false for control characters and those that end a line or change the
	 * direction.
	 */
	private static boolean isHarmless(char next) {
		return switch (Character.getType(next)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE ->
				Character.isSurrogate(next);
			default -> true;
		};
	}

}
