/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.text.Normalizer;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Rules for the names of actors, actions and events that an application declares. A name
 * that breaks them would be hard to call, to read in a log, or to tell from another one.
 */
public final class NameRules {

	/** Maximum number of characters of a name. */
	private static final int MAX_LENGTH = 250;

	private NameRules() {
	}

	/**
	 * Checks a name.
	 * @param name the name; a dot separates its parts
	 * @return what is wrong with it, {@code null} if it is valid
	 */
	public static @Nullable String problem(String name) {
		if (name.length() > MAX_LENGTH) {
			return "its name exceeds %d characters".formatted(MAX_LENGTH);
		}
		if (!name.codePoints().allMatch(NameRules::isVisible)) {
			return "its name \"%s\" contains a space or an invisible character".formatted(visible(name));
		}
		if (!Normalizer.isNormalized(name, Normalizer.Form.NFC)) {
			return "its name \"%s\" is not in the Unicode normal form C, so it looks like another name".formatted(name);
		}
		if (Arrays.asList(name.split("\\.", -1)).contains("")) {
			return "its name \"%s\" has an empty part: a dot separates two parts".formatted(name);
		}
		return null;
	}

	private static boolean isVisible(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED,
					Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
				false;
			default -> true;
		};
	}

	private static String visible(String name) {
		StringBuilder text = new StringBuilder();
		name.codePoints().forEach((character) -> {
			if (isVisible(character) || character == ' ') {
				text.appendCodePoint(character);
			}
			else {
				text.append("\\u%04x".formatted(character));
			}
		});
		return text.toString();
	}

}
