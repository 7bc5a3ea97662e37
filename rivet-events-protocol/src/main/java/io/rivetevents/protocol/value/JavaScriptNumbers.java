/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Numbers as in JavaScript: one kind for all, exact up to 2^53.
 */
final class JavaScriptNumbers {

	/**
	 * {@code Number.MAX_SAFE_INTEGER}: the largest integer that JavaScript represents
	 * exactly.
	 */
	private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

	private JavaScriptNumbers() {
	}

	static boolean isSafe(long number) {
		return number >= -MAX_SAFE_INTEGER && number <= MAX_SAFE_INTEGER;
	}

	/**
	 * Returns whether a number equals a {@code long}, so that JavaScript does not
	 * distinguish the forms in which it was written.
	 */
	static boolean isSafeInteger(double number) {
		return number == (long) number && isSafe((long) number);
	}

	/**
	 * Returns the double for a number with a fraction: that of its shortest decimal form,
	 * so that a {@code float} of 0.1 is 0.1 and not 0.10000000149011612. A
	 * {@code BigDecimal} keeps the digits that a double has.
	 */
	static double doubleOf(JsonNode number) {
		return switch (number.numberType()) {
			case DOUBLE -> number.doubleValue();
			case FLOAT -> Double.parseDouble(Float.toString(number.floatValue()));
			default -> number.numberValue().doubleValue();
		};
	}

	/**
	 * Returns the node of a floating point number. CBOR clients write every integer of
	 * more than 32 bits in this form.
	 */
	static JsonNode number(double number) {
		if (!isSafeInteger(number)) {
			return JsonNodeFactory.instance.numberNode(number);
		}
		long whole = (long) number;
		return ((int) whole == whole) ? JsonNodeFactory.instance.numberNode((int) whole)
				: JsonNodeFactory.instance.numberNode(whole);
	}

}
