package io.rivetevents.protocol.value;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;

/**
 * Reads JSON (RFC 8259, without a byte order mark) and resolves its markers on the way.
 * Depth and the length of numbers are bounded. Half of a surrogate pair is taken where it
 * is written as an escape.
 */
public final class JsonReader implements MessageReader {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** Text of a number takes quadratic time to read. */
	private static final int MAX_NUMBER_LENGTH = 1000;

	/** Digits that a {@code long} always holds. */
	private static final int LONG_DIGITS = 18;

	private static final int END = -1;

	private final byte[] in;

	private int at;

	private int depth;

	private JsonReader(byte[] in) {
		this.in = in;
	}

	public static void read(byte[] bytes, Consumer<MessageReader> body) {
		Utf8.check(bytes);
		JsonReader reader = new JsonReader(bytes);
		body.accept(reader);
		if (reader.token() != END) {
			throw Markers.malformed("something follows it");
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
			if (token() != '"') {
				throw malformed();
			}
			String name = string();
			expect(':');
			field.accept(name);
		}
		while (goesOn('}'));
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
		map((name) -> {
			JsonNode value = value();
			if (!value.isMissingNode()) {
				object.set(name, value);
			}
		});
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
			throw Markers.malformed("it is too deep");
		}
	}

	private void leave() {
		this.at++;
		this.depth--;
	}

	/** Whether another element follows; if not, the container has ended. */
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

	/** Return what comes next behind white space, which stays where it is. */
	private int token() {
		while (this.at < this.in.length) {
			byte next = this.in[this.at];
			if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
				return next & 0xff;
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
		int start = ++this.at;
		byte[] in = this.in;
		int all = 0;
		int i = start;
		while (i < in.length) {
			byte next = in[i];
			if (next == '"') {
				this.at = i + 1;
				return text(start, i, all < 0);
			}
			if (next == '\\') {
				return escaped(start, i);
			}
			if (next >= 0 && next < 0x20) {
				break;
			}
			all |= next;
			i++;
		}
		throw malformed();
	}

	/** All has been checked to be UTF-8. */
	private String text(int start, int end, boolean wide) {
		return new String(this.in, start, end - start, wide ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
	}

	private String escaped(int start, int firstEscape) {
		StringBuilder text = new StringBuilder(text(start, firstEscape, true));
		this.at = firstEscape;
		int plain = firstEscape;
		while (true) {
			int next = next();
			if (next == '"') {
				return text.append(text(plain, this.at - 1, true)).toString();
			}
			if (next >= 0 && next < 0x20) {
				throw malformed();
			}
			if (next == '\\') {
				text.append(text(plain, this.at - 1, true)).append(escape());
				plain = this.at;
			}
		}
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
	 * A plain number is never a bigint; what a long cannot hold is a large JavaScript
	 * number.
	 */
	private JsonNode number() {
		int start = this.at;
		if (peek() == '-') {
			this.at++;
		}
		int digits = this.at;
		boolean zero = peek() == '0';
		skipDigits();
		if (zero && this.at - digits > 1) {
			throw malformed(); // a zero leads
		}
		boolean whole = true;
		if (peek() == '.') {
			whole = false;
			this.at++;
			skipDigits();
		}
		if (peek() == 'e' || peek() == 'E') {
			whole = false;
			this.at++;
			if (peek() == '+' || peek() == '-') {
				this.at++;
			}
			skipDigits();
		}
		int length = this.at - start;
		if (length > MAX_NUMBER_LENGTH) {
			throw Markers.malformed("a number is too long");
		}
		if (whole && length <= LONG_DIGITS) {
			return whole(start);
		}
		String text = text(start, this.at, false);
		return whole ? large(new BigInteger(text)) : JavaScriptNumbers.number(Double.parseDouble(text));
	}

	private int peek() {
		return (this.at < this.in.length) ? this.in[this.at] : END;
	}

	private void skipDigits() {
		int start = this.at;
		while (peek() >= '0' && peek() <= '9') {
			this.at++;
		}
		if (this.at == start) {
			throw malformed();
		}
	}

	private JsonNode whole(int start) {
		boolean negative = this.in[start] == '-';
		long number = 0;
		for (int i = negative ? start + 1 : start; i < this.at; i++) {
			number = 10 * number + (this.in[i] - '0');
		}
		return node(negative ? -number : number);
	}

	private static JsonNode large(BigInteger number) {
		return (number.bitLength() < Long.SIZE) ? node(number.longValue()) : NODES.numberNode(number.doubleValue());
	}

	private static JsonNode node(long number) {
		return ((int) number == number) ? NODES.numberNode((int) number) : NODES.numberNode(number);
	}

	private static RivetException malformed() {
		return Markers.malformed("it is no JSON");
	}

}
