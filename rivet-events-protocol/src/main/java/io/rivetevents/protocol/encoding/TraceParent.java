/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import org.jspecify.annotations.Nullable;

/**
 * Reads the text that names the parent of a trace: version 00 of {@code traceparent} in
 * the W3C recommendation Trace Context.
 */
public final class TraceParent {

	/** {@code 00-<trace>-<parent>-<flags>}. */
	private static final int LENGTH = 55;

	private static final int TRACE = 3;

	private static final int PARENT = 36;

	private static final int FLAGS = 53;

	private TraceParent() {
	}

	/**
	 * Returns whether a text has the version 00, and ids that are not zero.
	 * @param text the text, of any length
	 */
	public static boolean isValid(String text) {
		return text.length() == LENGTH && text.startsWith("00-") && isId(text, TRACE, PARENT - 1)
				&& isId(text, PARENT, FLAGS - 1) && isHex(text, FLAGS, LENGTH) && text.charAt(PARENT - 1) == '-'
				&& text.charAt(FLAGS - 1) == '-';
	}

	/**
	 * Returns a text if it is valid. Another one is ignored, as the recommendation
	 * requires: its message is handled without a trace.
	 * @param text the text, {@code null} if there is none
	 */
	public static @Nullable String valid(@Nullable String text) {
		return (text != null && isValid(text)) ? text : null;
	}

	private static boolean isId(String text, int start, int end) {
		return isHex(text, start, end) && text.substring(start, end).chars().anyMatch((digit) -> digit != '0');
	}

	private static boolean isHex(String text, int start, int end) {
		for (int i = start; i < end; i++) {
			char digit = text.charAt(i);
			if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
				return false;
			}
		}
		return true;
	}

}
