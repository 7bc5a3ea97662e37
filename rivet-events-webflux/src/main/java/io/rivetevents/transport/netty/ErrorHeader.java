/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

/**
 * Header with the error of an answer, for clients that do not read the body, and for
 * answers without one.
 */
public final class ErrorHeader {

	/** Name of the header. */
	public static final String NAME = "x-rivet-error";

	/** Maximum number of characters of a value; the rest is cut off. */
	private static final int MAX_LENGTH = 1000;

	private ErrorHeader() {
	}

	/**
	 * Returns the value for an error. Characters that a header cannot contain are
	 * replaced, since an application can use any code for its errors.
	 * @param group group of the error
	 * @param code code of the error
	 */
	public static String value(String group, String code) {
		String text = group + "." + code;
		String kept = (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) : text;
		return kept.replaceAll("[^\\x20-\\x7e]", "?");
	}

}
