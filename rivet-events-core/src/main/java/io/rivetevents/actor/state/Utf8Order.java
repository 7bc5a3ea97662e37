/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

/**
 * The order of texts by their UTF-8 bytes.
 */
final class Utf8Order {

	private Utf8Order() {
	}

	/**
	 * Compares texts in the order of their UTF-8 bytes. It is the order of their
	 * characters, except that surrogates follow all others.
	 */
	static int compare(String one, String other) {
		int difference = mismatch(one, other);
		if (difference == Math.min(one.length(), other.length())) {
			return Integer.compare(one.length(), other.length());
		}
		char left = one.charAt(difference);
		char right = other.charAt(difference);
		boolean surrogate = Character.isSurrogate(left);
		return (surrogate == Character.isSurrogate(right)) ? Character.compare(left, right) : surrogate ? 1 : -1;
	}

	/** Returns the length of their common beginning. */
	private static int mismatch(String one, String other) {
		int common = Math.min(one.length(), other.length());
		int i = 0;
		while (i < common && one.charAt(i) == other.charAt(i)) {
			i++;
		}
		return i;
	}

}
