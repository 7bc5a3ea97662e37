package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes JSON with markers, as short as {@code JSON.stringify} does. Half of a surrogate
 * pair is written as an escape, as there: it came in as one, and must not make a message
 * unreadable for everyone else.
 */
public final class JsonWriter implements MessageWriter {

	private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

	private final ByteOutput out = new ByteOutput();

	@Override
	public void startMap(int size) {
		this.out.put('{');
	}

	@Override
	public void endMap() {
		this.out.put('}');
	}

	/** Only the first name of a map stands behind a brace: a text ends with a quote. */
	@Override
	public void name(String name) {
		if (this.out.last() != '{') {
			this.out.put(',');
		}
		text(name);
		this.out.put(':');
	}

	@Override
	public void text(String text) {
		this.out.put('"');
		int length = text.length();
		for (int i = this.out.plain(text, 0); i < length; i = this.out.plain(text, i + 1)) {
			char next = text.charAt(i);
			if (next > 0x7f) {
				i += wide(text, i);
			}
			else {
				escape(next);
			}
		}
		this.out.put('"');
	}

	private void escape(char control) {
		switch (control) {
			case '"', '\\' -> escapeAs(control);
			case '\b' -> escapeAs('b');
			case '\f' -> escapeAs('f');
			case '\n' -> escapeAs('n');
			case '\r' -> escapeAs('r');
			case '\t' -> escapeAs('t');
			default -> escapeAsHex(control);
		}
	}

	private void escapeAs(char letter) {
		this.out.put('\\');
		this.out.put(letter);
	}

	private void escapeAsHex(char character) {
		escapeAs('u');
		for (int shift = 12; shift >= 0; shift -= 4) {
			this.out.put(HEX[(character >> shift) & 0xf]);
		}
	}

	/**
	 * Write a character that takes more than a byte, and return how many chars it has
	 * beyond one.
	 */
	private int wide(String text, int index) {
		int point = text.codePointAt(index);
		if (point <= Character.MAX_VALUE && Character.isSurrogate((char) point)) {
			escapeAsHex((char) point);
			return 0;
		}
		this.out.utf8(point);
		return Character.charCount(point) - 1;
	}

	@Override
	public void id(long id) {
		marker(Markers.BIG_INT, Long.toString(id));
	}

	@Override
	public void number(long number) {
		if (JavaScriptNumbers.isSafe(number)) {
			this.out.ascii(Long.toString(number));
		}
		else {
			marker(Markers.BIG_INT, Long.toString(number));
		}
	}

	@Override
	public void nothing() {
		this.out.put(NULL);
	}

	@Override
	public void values(List<JsonNode> values) {
		array(values, values.size() == 2 && Markers.isName(values.get(0)));
	}

	@Override
	public void value(@Nullable JsonNode value) {
		if (value == null) {
			undefined();
			return;
		}
		switch (value.getNodeType()) {
			case OBJECT -> object(value);
			case ARRAY -> array(value, Markers.looksLikeMarker(value));
			case STRING -> text(value.stringValue());
			case NUMBER -> number(value);
			case BOOLEAN -> this.out.put(value.booleanValue() ? TRUE : FALSE);
			case BINARY -> bytes(value.binaryValue());
			case NULL, MISSING -> nothing();
			case POJO -> bytes(Markers.bytesOf(value));
		}
	}

	private void undefined() {
		this.out.put('[');
		text(Markers.UNDEFINED);
		this.out.put(',');
		this.out.put('0');
		this.out.put(']');
	}

	private void object(JsonNode object) {
		startMap(object.size());
		for (Map.Entry<String, JsonNode> property : object.properties()) {
			name(property.getKey());
			value(property.getValue());
		}
		endMap();
	}

	private void array(Iterable<JsonNode> values, boolean escapeFirst) {
		this.out.put('[');
		boolean escape = escapeFirst;
		boolean first = true;
		for (JsonNode value : values) {
			if (!first) {
				this.out.put(',');
			}
			first = false;
			if (escape) {
				text(Markers.escape(value));
				escape = false;
			}
			else {
				value(value);
			}
		}
		this.out.put(']');
	}

	private void number(JsonNode number) {
		if (number.isBigInteger()) {
			marker(Markers.BIG_INT, number.bigIntegerValue().toString());
		}
		else if (number.isIntegralNumber()) {
			number(number.longValue());
		}
		else {
			floating(JavaScriptNumbers.doubleOf(number));
		}
	}

	private void floating(double number) {
		if (!Double.isFinite(number)) {
			nothing();
		}
		else if (JavaScriptNumbers.isSafeInteger(number)) {
			number((long) number);
		}
		else {
			this.out.ascii(Double.toString(number));
		}
	}

	private void bytes(byte[] bytes) {
		this.out.put('[');
		text(Markers.BYTES);
		this.out.put(',');
		this.out.put('"');
		this.out.put(Base64.getEncoder().encode(bytes));
		this.out.put('"');
		this.out.put(']');
	}

	private void marker(String name, String value) {
		this.out.put('[');
		text(name);
		this.out.put(',');
		text(value);
		this.out.put(']');
	}

	@Override
	public byte[] toBytes() {
		return this.out.toBytes();
	}

}
