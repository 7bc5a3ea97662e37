/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberInput;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;

/**
 * Reads JSON (RFC 8259, without a byte order mark) and resolves its markers. The depth
 * and the length of numbers are limited. Half of a surrogate pair is accepted if it is
 * written as an escape.
 * <p>
 * CPU time of Jackson's streaming API divided by that of this class, for the same records
 * ({@code JsonBenchmark}; 2 shared cores, JDK 17): 1.5 for 100 bytes, 1.3 for 2 KB of
 * objects, 1.4 for a text, 1.6 for numbers.
 */
public final class JsonReader implements MessageReader {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** Reading the text of a number takes quadratic time. */
	private static final int MAX_NUMBER_LENGTH = 1000;

	/** Number of digits that always fit into a {@code long}. */
	private static final int LONG_DIGITS = 18;

	private static final int END = -1;

	/** A {@code double} represents each integer up to this number. */
	private static final long MAX_EXACT = 1L << 53;

	/** The powers of ten that a {@code double} represents exactly. */
	private static final double[] TENS = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
			1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	/** Represents all exponents with more digits, which may be zeros. */
	private static final int LARGE_EXPONENT = 10_000;

	private static final int MAX_EXPONENT_LENGTH = 4;

	private static final FieldNames NAMES = new FieldNames();

	private final byte[] in;

	private int at;

	private int depth;

	/** For strings with escapes; created for the first one. */
	private @Nullable ByteOutput unescaped;

	private JsonReader(byte[] in) {
		this.in = in;
	}

	public static void read(byte[] bytes, Consumer<MessageReader> body) {
		JsonReader reader = new JsonReader(bytes);
		body.accept(reader);
		if (reader.token() != END) {
			throw Markers.malformed("it is followed by further data");
		}
	}

	@Override
	public void map(Consumer<String> field) {
		if (token() != '{') {
			throw Markers.malformed("an object is missing");
		}
		enter();
		if (token() == '}') {
			leave();
			return;
		}
		do {
			field.accept(name());
		}
		while (goesOn('}'));
	}

	/** Reads a name and the colon after it. */
	private String name() {
		if (token() != '"') {
			throw malformed();
		}
		boolean roomy = this.at + 1 + FieldNames.MAX_LENGTH < this.in.length;
		String name = roomy ? shortName() : string();
		expect(':');
		return name;
	}

	private String shortName() {
		int start = this.at + 1;
		long first = EightBytes.get(this.in, start);
		long second = 0;
		long end = EightBytes.findSpecialOrWide(first);
		int length = EightBytes.before(end);
		if (end != 0) {
			first = EightBytes.keepBefore(first, end);
		}
		else {
			second = EightBytes.get(this.in, start + Long.BYTES);
			end = EightBytes.findSpecialOrWide(second);
			length += EightBytes.before(end);
			second = EightBytes.keepBefore(second, end);
		}
		if (end == 0 || this.in[start + length] != '"') {
			return string();
		}
		this.at = start + length + 1;
		return NAMES.get(first, second, this.in, start, length);
	}

	@Override
	public JsonNode value() {
		int first = token();
		return switch (first) {
			case '{' -> object();
			case '[' -> Markers.resolve(array());
			case '"' -> NODES.stringNode(string());
			case 't' -> literal("true", NODES.booleanNode(true));
			case 'f' -> literal("false", NODES.booleanNode(false));
			case 'n' -> literal("null", NODES.nullNode());
			case END -> throw Markers.malformed("it is empty");
			default -> number();
		};
	}

	private ObjectNode object() {
		ObjectNode object = NODES.objectNode();
		enter();
		if (token() == '}') {
			leave();
			return object;
		}
		do {
			String name = name();
			JsonNode value = value();
			if (!value.isMissingNode()) {
				object.set(name, value);
			}
		}
		while (goesOn('}'));
		return object;
	}

	private ArrayNode array() {
		ArrayNode array = NODES.arrayNode();
		enter();
		if (token() == ']') {
			leave();
			return array;
		}
		do {
			array.add(Markers.defined(value()));
		}
		while (goesOn(']'));
		return array;
	}

	private void enter() {
		this.at++;
		if (++this.depth > MAX_DEPTH) {
			throw Markers.malformed("it is nested too deeply");
		}
	}

	private void leave() {
		this.at++;
		this.depth--;
	}

	/** Returns whether another element follows; if not, the container has ended. */
	private boolean goesOn(char end) {
		int next = token();
		if (next == ',') {
			this.at++;
			return true;
		}
		if (next != end) {
			throw malformed();
		}
		leave();
		return false;
	}

	private void expect(char wanted) {
		if (token() != wanted) {
			throw malformed();
		}
		this.at++;
	}

	/** Returns the next character after white space, without consuming it. */
	private int token() {
		while (this.at < this.in.length) {
			int next = this.in[this.at] & 0xff;
			if (next > ' ' || next != ' ' && next != '\n' && next != '\r' && next != '\t') {
				return next;
			}
			this.at++;
		}
		return END;
	}

	private JsonNode literal(String text, JsonNode value) {
		for (int i = 0; i < text.length(); i++) {
			if (next() != text.charAt(i)) {
				throw malformed();
			}
		}
		return value;
	}

	private int next() {
		if (this.at == this.in.length) {
			throw malformed();
		}
		return this.in[this.at++];
	}

	// Strings

	private String string() {
		int start = this.at + 1;
		int end = endOfPlain(start);
		if (this.in[end] != '"') {
			return escaped(start, end);
		}
		this.at = end + 1;
		return Utf8.decode(this.in, start, end - start);
	}

	/** Returns the position of the next quote or backslash. */
	private int endOfPlain(int from) {
		byte[] in = this.in;
		int at = from;
		for (int last = in.length - Long.BYTES; at <= last; at += Long.BYTES) {
			long special = EightBytes.findSpecial(EightBytes.get(in, at));
			if (special != 0) {
				at += EightBytes.before(special);
				break;
			}
		}
		while (at < in.length) {
			byte next = in[at];
			if (next == '"' || next == '\\') {
				return at;
			}
			if (next >= 0 && next < ' ') {
				break;
			}
			at++;
		}
		throw malformed();
	}

	/**
	 * Half of a surrogate pair has no UTF-8 form, so the string is decoded in parts
	 * around it.
	 */
	private String escaped(int start, int firstEscape) {
		ByteOutput utf8 = unescaped();
		StringBuilder divided = null;
		int plain = start;
		int end = firstEscape;
		while (this.in[end] != '"') {
			utf8.put(this.in, plain, end - plain);
			this.at = end + 1;
			char escape = escape();
			if (Character.isSurrogate(escape)) {
				divided = (divided != null) ? divided : new StringBuilder();
				divided.append(utf8.text()).append(escape);
				utf8.truncate(0);
			}
			else {
				utf8.utf8(escape);
			}
			plain = this.at;
			end = endOfPlain(plain);
		}
		utf8.put(this.in, plain, end - plain);
		this.at = end + 1;
		return (divided != null) ? divided.append(utf8.text()).toString() : utf8.text();
	}

	private ByteOutput unescaped() {
		if (this.unescaped == null) {
			this.unescaped = new ByteOutput();
		}
		this.unescaped.truncate(0);
		return this.unescaped;
	}

	private char escape() {
		int letter = next();
		return switch (letter) {
			case '"', '\\', '/' -> (char) letter;
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
			default -> throw malformed();
		};
	}

	private int hex() {
		int next = next();
		int digit = (next < 0x80) ? Character.digit(next, 16) : -1;
		if (digit < 0) {
			throw malformed();
		}
		return digit;
	}

	// Numbers

	/**
	 * A plain number is never a bigint; a number that exceeds a long is a large
	 * JavaScript number.
	 */
	private JsonNode number() {
		int start = this.at;
		boolean negative = this.in[start] == '-';
		int first = negative ? start + 1 : start;
		long digits = digits(first, 0);
		int end = this.at;
		if (end - first > 1 && this.in[first] == '0') {
			throw malformed(); // leading zero
		}
		int next = peek();
		if (next == '.' || next == 'e' || next == 'E') {
			return fraction(start, digits, end - first);
		}
		if (end - first <= LONG_DIGITS) {
			return node(negative ? -digits : digits);
		}
		return large(new BigInteger(numberText(start)));
	}

	/**
	 * If the digits and the power of ten are both exact, their quotient or product is the
	 * nearest number.
	 */
	private JsonNode fraction(int start, long wholeDigits, int wholeCount) {
		long digits = wholeDigits;
		int count = wholeCount;
		int exponent = 0;
		if (this.in[this.at] == '.') {
			int first = this.at + 1;
			digits = digits(first, digits);
			exponent = first - this.at;
			count -= exponent;
		}
		if (peek() == 'e' || peek() == 'E') {
			exponent += exponent();
		}
		if (count > LONG_DIGITS || digits > MAX_EXACT || Math.abs(exponent) >= TENS.length) {
			return JavaScriptNumbers.number(NumberInput.parseDouble(numberText(start), true));
		}
		double number = (exponent < 0) ? digits / TENS[-exponent] : digits * TENS[exponent];
		return JavaScriptNumbers.number((this.in[start] == '-') ? -number : number);
	}

	private int exponent() {
		this.at++;
		int sign = peek();
		int first = (sign == '-' || sign == '+') ? this.at + 1 : this.at;
		int exponent = (int) digits(first, 0);
		if (this.at - first > MAX_EXPONENT_LENGTH) {
			return LARGE_EXPONENT;
		}
		return (sign == '-') ? -exponent : exponent;
	}

	private String numberText(int start) {
		int length = this.at - start;
		if (length > MAX_NUMBER_LENGTH) {
			throw Markers.malformed("a number is too long");
		}
		return new String(this.in, start, length, StandardCharsets.ISO_8859_1);
	}

	private int peek() {
		return (this.at < this.in.length) ? this.in[this.at] : END;
	}

	/**
	 * Reads at least one digit.
	 * @param before the preceding digits
	 * @return all digits; any number if there are more than {@link #LONG_DIGITS}
	 */
	private long digits(int start, long before) {
		byte[] in = this.in;
		long digits = before;
		int i = start;
		for (; i < in.length; i++) {
			int digit = in[i] - '0';
			if (digit < 0 || digit > 9) {
				break;
			}
			digits = 10 * digits + digit;
		}
		if (i == start) {
			throw malformed();
		}
		this.at = i;
		return digits;
	}

	private static JsonNode large(BigInteger number) {
		return (number.bitLength() < Long.SIZE) ? node(number.longValue()) : NODES.numberNode(number.doubleValue());
	}

	private static JsonNode node(long number) {
		return ((int) number == number) ? NODES.numberNode((int) number) : NODES.numberNode(number);
	}

	private static RivetException malformed() {
		return Markers.malformed("it is not valid JSON");
	}

}
