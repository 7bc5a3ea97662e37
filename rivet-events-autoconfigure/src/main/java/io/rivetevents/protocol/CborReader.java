package io.rivetevents.protocol;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads CBOR (RFC 8949) as the RivetKit clients write it, markers included: section 6.2
 * of the protocol document. Lengths are believed only as far as there are bytes.
 */
final class CborReader {

	private static final int MAX_DEPTH = 500;

	private static final int INDEFINITE = 31;

	private static final int BREAK = 0xff;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** What {@code JSON.stringify} makes of a date. */
	private static final DateTimeFormatter ISO_MILLIS = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

	private final byte[] bytes;

	private int position;

	private int depth;

	private CborReader(byte[] bytes) {
		this.bytes = bytes;
	}

	static JsonNode read(byte[] bytes) {
		CborReader in = new CborReader(bytes);
		JsonNode value = Markers.defined(in.value());
		if (in.position != bytes.length) {
			throw Markers.malformed("something follows it");
		}
		return value;
	}

	/** A missing node is undefined. */
	private JsonNode value() {
		if (++this.depth > MAX_DEPTH) {
			throw Markers.malformed("it is nested too deep");
		}
		int head = next();
		int info = head & 0x1f;
		JsonNode value = switch (head >> 5) {
			case 0 -> unsigned(info);
			case 1 -> negative(info);
			case 2 -> NODES.binaryNode(string(info, 2));
			case 3 -> NODES.stringNode(utf8(string(info, 3)));
			case 4 -> Markers.resolve(array(info));
			case 5 -> map(info);
			case 6 -> tagged(argument(info));
			default -> simple(info);
		};
		this.depth--;
		return value;
	}

	/** Clients write only bigints with 8 bytes; smaller integers are numbers. */
	private JsonNode unsigned(int info) {
		long argument = argument(info);
		return (info == 27) ? NODES.numberNode(new BigInteger(Long.toUnsignedString(argument))) : integer(argument);
	}

	private JsonNode negative(int info) {
		long argument = argument(info);
		return (info == 27)
				? NODES.numberNode(BigInteger.ONE.negate().subtract(new BigInteger(Long.toUnsignedString(argument))))
				: integer(-1 - argument);
	}

	private static JsonNode integer(long value) {
		return ((int) value == value) ? NODES.numberNode((int) value) : NODES.numberNode(value);
	}

	private JsonNode simple(int info) {
		return switch (info) {
			case 20 -> NODES.booleanNode(false);
			case 21 -> NODES.booleanNode(true);
			case 22 -> NODES.nullNode();
			case 23 -> MissingNode.getInstance();
			case 25 -> NODES.numberNode((double) halfToFloat((int) big(2)));
			case 26 -> NODES.numberNode((double) Float.intBitsToFloat((int) big(4)));
			case 27 -> NODES.numberNode(Double.longBitsToDouble(big(8)));
			default -> throw Markers.malformed("it has a value of an unknown kind");
		};
	}

	private static float halfToFloat(int half) {
		int exponent = (half >> 10) & 0x1f;
		int mantissa = half & 0x3ff;
		float sign = ((half & 0x8000) != 0) ? -1 : 1;
		if (exponent == 0) {
			return sign * mantissa * 0x1p-24f;
		}
		if (exponent == 0x1f) {
			return (mantissa == 0) ? sign * Float.POSITIVE_INFINITY : Float.NaN;
		}
		return sign * (mantissa + 1024) * (float) Math.pow(2, exponent - 25.0);
	}

	private ArrayNode array(int info) {
		ArrayNode array = NODES.arrayNode();
		if (info == INDEFINITE) {
			while (!atBreak()) {
				array.add(Markers.defined(value()));
			}
			return array;
		}
		int count = length(argument(info));
		for (int i = 0; i < count; i++) {
			array.add(Markers.defined(value()));
		}
		return array;
	}

	private ObjectNode map(int info) {
		ObjectNode object = NODES.objectNode();
		if (info == INDEFINITE) {
			while (!atBreak()) {
				entry(object);
			}
			return object;
		}
		int count = length(argument(info));
		for (int i = 0; i < count; i++) {
			entry(object);
		}
		return object;
	}

	private void entry(ObjectNode object) {
		JsonNode key = value();
		if (!key.isString() && !key.isNumber() && !key.isBoolean()) {
			throw Markers.malformed("a map has a key that is no text");
		}
		JsonNode value = value();
		if (!value.isMissingNode()) {
			object.set(key.asString(), value);
		}
	}

	private JsonNode tagged(long tag) {
		JsonNode content = Markers.defined(value());
		if (tag == 1) {
			return date(content);
		}
		if (tag == 2 || tag == 3) {
			BigInteger magnitude = new BigInteger(1, binary(content));
			return NODES.numberNode((tag == 2) ? magnitude : BigInteger.ONE.negate().subtract(magnitude));
		}
		if (tag > 64 && tag <= 87) {
			return typedArray((int) tag, binary(content));
		}
		// 64 is bytes, 258 a set, 259 a map: what they hold says it already
		return content;
	}

	private static JsonNode date(JsonNode seconds) {
		if (!seconds.isNumber() || !(Math.abs(seconds.doubleValue()) <= 8.64e12)) {
			throw Markers.malformed("a date is out of range");
		}
		Instant instant = Instant.ofEpochMilli(Math.round(seconds.doubleValue() * 1000));
		return NODES.stringNode(ISO_MILLIS.format(instant));
	}

	private static byte[] binary(JsonNode node) {
		if (!node.isBinary()) {
			throw Markers.malformed("a tag has no bytes");
		}
		return node.binaryValue();
	}

	/**
	 * RFC 8746, section 2.1: the tag's bits are float, signed, little endian and size.
	 */
	private static JsonNode typedArray(int tag, byte[] content) {
		boolean floating = (tag & 0b10000) != 0;
		boolean signed = (tag & 0b01000) != 0;
		ByteOrder order = ((tag & 0b00100) != 0) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
		int size = 1 << (floating ? (tag & 0b11) + 1 : tag & 0b11);
		if (size > 8 || content.length % size != 0) {
			throw Markers.malformed("a typed array has a wrong size");
		}
		ByteBuffer in = ByteBuffer.wrap(content).order(order);
		ArrayNode array = NODES.arrayNode(content.length / size);
		while (in.hasRemaining()) {
			array.add(floating ? floating(in, size) : whole(in, size, signed));
		}
		return array;
	}

	private static JsonNode floating(ByteBuffer in, int size) {
		return NODES.numberNode(switch (size) {
			case 2 -> (double) halfToFloat(in.getShort() & 0xffff);
			case 4 -> (double) in.getFloat();
			default -> in.getDouble();
		});
	}

	private static JsonNode whole(ByteBuffer in, int size, boolean signed) {
		return switch (size) {
			case 1 -> integer(signed ? in.get() : in.get() & 0xff);
			case 2 -> integer(signed ? in.getShort() : in.getShort() & 0xffff);
			case 4 -> integer(signed ? in.getInt() : in.getInt() & 0xffff_ffffL);
			default -> {
				long value = in.getLong();
				yield NODES
					.numberNode(signed ? BigInteger.valueOf(value) : new BigInteger(Long.toUnsignedString(value)));
			}
		};
	}

	/** The bytes of a text or of bytes; chunks of an indefinite one are put together. */
	private byte[] string(int info, int major) {
		if (info != INDEFINITE) {
			int length = length(argument(info));
			this.position += length;
			return Arrays.copyOfRange(this.bytes, this.position - length, this.position);
		}
		byte[] whole = new byte[0];
		while (!atBreak()) {
			int head = next();
			if (head >> 5 != major || (head & 0x1f) == INDEFINITE) {
				throw Markers.malformed("a text has a part that is none");
			}
			byte[] part = string(head & 0x1f, major);
			int length = whole.length;
			whole = Arrays.copyOf(whole, length + part.length);
			System.arraycopy(part, 0, whole, length, part.length);
		}
		return whole;
	}

	static String utf8(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			throw Markers.malformed("a text is no UTF-8");
		}
	}

	private long argument(int info) {
		return switch (info) {
			case 24 -> big(1);
			case 25 -> big(2);
			case 26 -> big(4);
			case 27 -> big(8);
			default -> (info < 24) ? info : badLength();
		};
	}

	private static long badLength() {
		throw Markers.malformed("a length is of an unknown kind");
	}

	/** Each element takes a byte at least. */
	private int length(long claimed) {
		if (claimed < 0 || claimed > this.bytes.length - this.position) {
			throw Markers.malformed("it ends too early");
		}
		return (int) claimed;
	}

	private long big(int length) {
		length(length);
		long value = 0;
		for (int i = 0; i < length; i++) {
			value = (value << 8) | (this.bytes[this.position++] & 0xff);
		}
		return value;
	}

	private int next() {
		length(1);
		return this.bytes[this.position++] & 0xff;
	}

	private boolean atBreak() {
		length(1);
		boolean end = (this.bytes[this.position] & 0xff) == BREAK;
		if (end) {
			this.position++;
		}
		return end;
	}

}
