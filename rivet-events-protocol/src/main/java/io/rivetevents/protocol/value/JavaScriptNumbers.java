package io.rivetevents.protocol.value;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Numbers as JavaScript has them: one kind for all, exact up to 2^53.
 */
final class JavaScriptNumbers {

	/** {@code Number.MAX_SAFE_INTEGER}: what a JavaScript number holds exactly. */
	private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

	private JavaScriptNumbers() {
	}

	static boolean isSafe(long number) {
		return number >= -MAX_SAFE_INTEGER && number <= MAX_SAFE_INTEGER;
	}

	/**
	 * Whether a number is the same one as a {@code long}, so that JavaScript cannot tell
	 * how it was written.
	 */
	static boolean isSafeInteger(double number) {
		return number == (long) number && isSafe((long) number);
	}

	/**
	 * Returns the double that stands for a number that is no integer: that of its
	 * shortest decimal digits, so that a {@code float} of 0.1 is 0.1 and not
	 * 0.10000000149011612. A {@code BigDecimal} keeps the digits that a double has.
	 */
	static double doubleOf(JsonNode number) {
		return switch (number.numberType()) {
			case DOUBLE -> number.doubleValue();
			case FLOAT -> Double.parseDouble(Float.toString(number.floatValue()));
			default -> number.numberValue().doubleValue();
		};
	}

	/**
	 * Return the node of a number that was written as floating point, which CBOR clients
	 * do with every whole number that takes more than 32 bits.
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
