/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.encoding.Encoding;

/**
 * Makes messages, right, odd and wrong, of one encoding. The same random makes the same
 * messages. Written by the protocol document, without the server's writers.
 */
final class FuzzMessages {

	/** What a JSON value may look like and still be one. */
	private static final List<String> ODD_JSON = List.of("1e400", "-1e400", "1E-400", "-0", "-0.0",
			"0.00000000000000000000000000001", "9".repeat(999), "123456789012345678901234567890",
			"[\"$BigInt\",\"" + "9".repeat(500) + "\"]", "[\"$BigInt\",\"x\"]", "[\"$BigInt\",\"-\"]",
			"[\"$BigInt\",\"+1\"]", "[\"$BigInt\",7]", "[\"$Undefined\",0]", "[\"$Undefined\"]",
			"[\"$Uint8Array\",\"AAAA\"]", "[\"$Uint8Array\",\"!\"]", "[\"$ArrayBuffer\",\"AA\"]", "[\"$Set\",[1,2]]",
			"[\"$Set\",{}]", "[\"$$x\",1]", "[\"$Date\",1e300]", "[\"$\",null]", "\"\\ud800\"", "\"\\udfff\\ud800\"",
			"\"\\u0000\"", "\"\\u2028\\u2029\"", "{\"a\":1,\"a\":2}", "{\"\":{}}", " [ ] ", "\t{\r\n}", "1.5e3");

	private static final List<String> WRONG_JSON = List.of("NaN", "Infinity", "-", "+1", "01", "1.", ".5", "1e", "0x1F",
			"tru", "nul", "undefined", "'a'", "\"", "\"\\x\"", "\"\\u12\"", "\"\u0001\"", "[1,]", "{\"a\"}", "{\"a\":}",
			"{a:1}", "[", "]", "}", "1 2", "9".repeat(1001), "1e99999999999999999999", "/**/1", "\\u0041", "");

	private static final List<String> ODD_CBOR = List.of("f7", "f6", "f97c00", "f97e00", "f9fc00", "fa7fc00000",
			"fb7ff0000000000000", "fb7ff8000000000001", "fbffefffffffffffff", "1bffffffffffffffff",
			"3bffffffffffffffff", "1b0000000000000001", "1800", "190001", "c249010000000000000000",
			"c3480000000000000000", "c240", "c11a00000000", "c1fb7ff0000000000000", "c1fb7e37e43c8800759c", "c1f97e00",
			"d84043010203", "d8454400010203", "d8564800000000000000f0", "d85540", "d84b480000000000000001",
			"d9010283010203", "d90103a0", "d9d9f701", "dbffffffffffffffff00", "9fff", "bfff", "5f41014102ff",
			"7f61616162ff", "7fff", "5fff", "a10102", "a1f501", "a26161016161f6", "82672442696749" + "6e7461317a",
			"8267244269674" + "96e746131", "8269245365743a" + "2121218101", "826924556e646566" + "6973f6", "a0", "80",
			"63e280a8", "6100", "63efbfbd");

	private static final List<String> WRONG_CBOR = List.of("5bffffffffffffffff", "7bffffffffffffffff",
			"9bffffffffffffffff", "bbffffffffffffffff", "5b7fffffffffffffff", "9a7fffffff", "ba7fffffff", "5a7fffffff",
			"9affffffff", "1c", "1f", "ff", "fc", "f800", "f820", "63eda080", "62c080", "61ff", "c2" + "61" + "31",
			"c1" + "40", "d84161" + "30", "d84f50" + "00".repeat(16), "d84541" + "00", "a1800" + "1", "5f6161ff",
			"7f4161ff", "7f7f6161ffff", "7f61e261" + "80ff", "c259" + "01a0" + "ff".repeat(416), "df01", "c2", "a1",
			"81", "");

	private static final List<String> TEXTS = List.of("", "a", "\u0000", "\ud800", "\udc00\ud800", "é", "e\u0301",
			"\r\n", "\u2028", "\u2029", "\ufeff", "\uffff", "\ud83d\ude00", "$BigInt", "$", "\"\\", "/", "NaN", "null",
			"true", "-1", "1.5", "1e1000000000", "-1e-1000000000", "1e999999999999", "9".repeat(400), "0x10", "1_000",
			"2026-01-01T00:00:00Z", "2026-01-01", "+1000000000-12-31T23:59:59.999999999Z", "-999999999-01-01T00:00:00Z",
			"2026-02-30", "2026-01-01T00:00:00+18:01[Europe/Nowhere]", "PT1H", "PT9223372036854775807S",
			"P999999999999999999D", "12345.99999999999999999999", "Europe/Berlin", "GMT+99:99", "SECONDS", "seconds",
			"0", "8", "00000000-0000-0000-0000-000000000000", "0-0-0-0-0", "http://[::1", "a b", "http://x/%zz", "(",
			"(a+)+$", "[", "EUR", "XXXX", "en_US_x_lvariant_POSIX", "toString", "getClass", "__proto__", "constructor",
			"\u0007\u001b[31m", "%s%n%x", "${jndi:x}", "rivet:request", "rivet:reply");

	private static final List<Object> NUMBERS = List.of(0L, 1L, -1L, 7L, 23L, 24L, 255L, 256L, 65535L, 65536L,
			(long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, 1L << 32, (1L << 53) - 1, 1L << 53, (1L << 53) + 1,
			Long.MAX_VALUE, Long.MIN_VALUE, 0.0, -0.0, 1.5, 1e15, 1e16, 1e300, -1e308, Double.MIN_VALUE,
			Double.MAX_VALUE, 0.1, 1e-10, BigInteger.ONE.shiftLeft(64), BigInteger.ONE.shiftLeft(200).negate(),
			BigInteger.TEN.pow(300), 31556889864403199L, -31557014167219200L, 31556889864403200L, 1e18);

	private static final byte[] MAGIC = { 0, (byte) 0xff, 0x7f, (byte) 0x80, 0x1f, 0x1b, 0x3b, 0x5b, 0x5f, 0x7b, 0x7f,
			(byte) 0x9b, (byte) 0x9f, (byte) 0xbb, (byte) 0xbf, (byte) 0xc1, (byte) 0xc2, (byte) 0xf9, (byte) 0xfb, '"',
			'\\', '{', '[', '$', '-', 'e', ',' };

	private static final byte[][] PIECES = { { (byte) 0xe2, (byte) 0x80, (byte) 0xa8 },
			{ (byte) 0xed, (byte) 0xa0, (byte) 0x80 }, { (byte) 0xc0, (byte) 0x80 }, { 0 },
			{ (byte) 0xef, (byte) 0xbb, (byte) 0xbf }, { (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff },
			{ (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80,
					(byte) 0x80, 1 },
			{ 0x5b, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff } };

	private final Encoding encoding;

	private final boolean json;

	private final SplittableRandom random;

	private byte[] previous = new byte[0];

	/** Whether values are written in odd ways, which may be wrong ones. */
	private boolean odd = true;

	/** A map whose keys may be repeated, and need not be text. */
	private record Fields(List<Field> fields) {
	}

	private record Field(Object key, @Nullable Object value) {
	}

	/** Bytes that stand where a value is expected. */
	private record Verbatim(byte[] bytes) {
	}

	FuzzMessages(Encoding encoding, SplittableRandom random) {
		this.encoding = encoding;
		this.json = encoding.isText();
		this.random = random;
	}

	private boolean oneIn(int n) {
		return this.random.nextInt(n) == 0;
	}

	private <T> T oneOf(List<T> list) {
		return list.get(this.random.nextInt(list.size()));
	}

	// Messages

	/** A call of an action with plain arguments, that is sure to be answered. */
	byte[] call(long id, String action, String... args) {
		this.odd = false;
		byte[] call = action(id, action, List.of(args));
		this.odd = true;
		return call;
	}

	/** The first message of the extended mode, mostly a right one. */
	byte[] hello(boolean odd) {
		List<Field> fields = new ArrayList<>();
		if (this.random.nextBoolean()) {
			fields.add(field("subscriptions", odd && oneIn(4) ? value(3) : subscriptions()));
		}
		if (odd && this.random.nextBoolean()) {
			fields.add(field("resume", oneIn(3) ? value(3) : resume()));
		}
		if (odd && oneIn(3)) {
			fields.add(field("snapshot",
					oneIn(3) ? value(3) : fields("name", oneOf(FuzzActor.ACTIONS), "args", List.of(orNull(value(2))))));
		}
		if (odd && oneIn(3)) {
			fields.add(field("params",
					oneIn(2) ? value(3) : fields("name", oneOf(TEXTS), "age", oneOf(NUMBERS), "since", oneOf(TEXTS))));
		}
		if (odd && oneIn(4)) {
			fields.add(field("credentials", value(2)));
		}
		if (odd && oneIn(4)) {
			fields.add(field("contract", value(1)));
		}
		this.odd = odd;
		byte[] hello = envelope("Hello", new Fields(fields));
		this.odd = true;
		return (odd && oneIn(3)) ? mutate(hello) : hello;
	}

	private Object subscriptions() {
		List<Object> subscriptions = new ArrayList<>();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			subscriptions.add(oneIn(2) ? fields("eventName", event()) : fields("eventName", event(), "tags", tags()));
		}
		return subscriptions;
	}

	private Object resume() {
		Object position = oneIn(3) ? oneOf(NUMBERS) : Long.valueOf(this.random.nextInt(100));
		return fields("epoch", oneOf(TEXTS), "position", position, "stream", oneOf(TEXTS), "secret", oneOf(TEXTS));
	}

	/**
	 * A message of any kind that can mostly be read.
	 */
	byte[] next() {
		byte[] message = switch (this.random.nextInt(48)) {
			case 0, 1 -> mutate(proper(false));
			case 2 -> oneIn(2) ? noise() : splice(proper(false), this.previous);
			case 3, 4 -> proper(true);
			default -> proper(false);
		};
		this.previous = message;
		return message;
	}

	/** A message of any kind that can mostly not be read. */
	byte[] nextWrong() {
		byte[] message = switch (this.random.nextInt(8)) {
			case 0 -> noise();
			case 1 -> splice(proper(false), this.previous);
			case 2 -> proper(true);
			case 3 -> hello(true);
			default -> mutate(proper(oneIn(3)));
		};
		this.previous = message;
		return message;
	}

	/** The body of an action over HTTP, or of what another route takes. */
	byte[] body() {
		Object args = oneIn(10) ? value(3) : args();
		byte[] body;
		if (this.encoding == Encoding.BARE) {
			ByteArrayOutputStream out = version();
			data(out, written(args));
			body = out.toByteArray();
		}
		else {
			body = written(oneIn(20) ? args : fields("args", args));
		}
		return oneIn(3) ? mutate(body) : body;
	}

	private byte[] proper(boolean oddFields) {
		int kinds = this.encoding.isExtended() ? 12 : 10;
		return switch (this.random.nextInt(kinds)) {
			case 0, 1 -> subscription(oddFields);
			case 10 -> envelope("Cancel", fields("id", oddFields ? orNull(value(1)) : (Object) id()));
			case 11 -> oddFields ? envelope(oneIn(2) ? "Hello" : oneOf(TEXTS), fields("id", 1L)) : options();
			default -> oddFields ? oddAction() : action(id(), name(), args());
		};
	}

	private long id() {
		return oneIn(50) ? this.random.nextLong() >>> 1 : this.random.nextInt(1000);
	}

	private String name() {
		return oneIn(30) ? oneOf(TEXTS) : oneOf(FuzzActor.ACTIONS);
	}

	private String event() {
		return oneIn(20) ? oneOf(TEXTS) : "e" + this.random.nextInt(5);
	}

	private List<Object> tags() {
		return new ArrayList<>(List.of("t" + this.random.nextInt(3), oneOf(TEXTS)));
	}

	private List<@Nullable Object> args() {
		List<@Nullable Object> args = new ArrayList<>();
		for (int i = oneIn(12) ? this.random.nextInt(6) : 1; i > 0; i--) {
			args.add(argument());
		}
		return args;
	}

	/** What fits some action. */
	private @Nullable Object argument() {
		return switch (this.random.nextInt(8)) {
			case 0 -> fields("name", oneOf(TEXTS), "count", (long) this.random.nextInt(12), "at", value(0), "prices",
					List.of(oneOf(NUMBERS), oneOf(TEXTS)));
			case 1 -> oneOf(NUMBERS);
			case 2 -> oneOf(TEXTS);
			case 3 -> List.of(oneOf(NUMBERS), oneOf(NUMBERS));
			default -> value(4);
		};
	}

	private byte[] action(long id, String name, Object args) {
		if (this.encoding == Encoding.BARE) {
			ByteArrayOutputStream out = version();
			out.write(0);
			unsigned(out, id);
			data(out, utf8(name));
			data(out, written(args));
			return out.toByteArray();
		}
		return envelope("ActionRequest", fields("id", BigInteger.valueOf(id), "name", name, "args", args));
	}

	private byte[] subscription(boolean odd) {
		if (this.encoding == Encoding.BARE) {
			ByteArrayOutputStream out = version();
			out.write(1);
			data(out, utf8(event()));
			out.write(odd ? this.random.nextInt(256) : this.random.nextInt(2));
			return out.toByteArray();
		}
		Object name = (odd && oneIn(3)) ? orNull(value(1)) : event();
		Object subscribe = (odd && oneIn(3)) ? orNull(value(1)) : (Object) this.random.nextBoolean();
		return envelope("SubscriptionRequest",
				oneIn(3) ? fields("eventName", name, "subscribe", subscribe, "tags",
						(odd && oneIn(3)) ? orNull(value(2)) : tags())
						: fields("eventName", name, "subscribe", subscribe));
	}

	private byte[] options() {
		List<Field> fields = new ArrayList<>(
				fields("id", BigInteger.valueOf(id()), "name", name(), "args", args()).fields());
		if (oneIn(2)) {
			fields
				.add(field("deadline", oneIn(4) ? orNull(oneOf(NUMBERS)) : (Object) (long) this.random.nextInt(5000)));
		}
		if (oneIn(3)) {
			fields.add(field("idempotencyKey", oneIn(8) ? orNull(value(0)) : "k" + this.random.nextInt(50)));
		}
		if (oneIn(4)) {
			fields.add(field("traceparent",
					oneIn(2) ? orNull(value(0)) : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
		}
		if (oneIn(4)) {
			fields.add(field("oneWay", oneIn(8) ? orNull(value(0)) : (Object) this.random.nextBoolean()));
		}
		return envelope("ActionRequest", new Fields(fields));
	}

	/** Some field is of another type, is missing, or stands there twice. */
	private byte[] oddAction() {
		if (this.encoding == Encoding.BARE) {
			return mutate(action(id(), name(), args()));
		}
		List<Field> fields = new ArrayList<>(fields("id", id(), "name", name(), "args", args()).fields());
		switch (this.random.nextInt(4)) {
			case 0 -> fields.remove(this.random.nextInt(fields.size()));
			case 1 -> fields.set(this.random.nextInt(fields.size()),
					field(fields.get(this.random.nextInt(fields.size())).key(), value(2)));
			case 2 -> fields.add(field(fields.get(this.random.nextInt(fields.size())).key(), value(2)));
			default -> fields.add(field(oneOf(TEXTS), value(3)));
		}
		return envelope("ActionRequest", new Fields(fields));
	}

	private byte[] envelope(String tag, Fields value) {
		Fields body = oneIn(8) ? fields("val", value, "tag", tag) : fields("tag", tag, "val", value);
		return written((this.odd && oneIn(20)) ? fields("body", body, oneOf(TEXTS), value(2)) : fields("body", body));
	}

	private static Object orNull(@Nullable Object value) {
		return (value != null) ? value : new Fields(List.of());
	}

	private static Field field(Object key, @Nullable Object value) {
		return new Field(key, value);
	}

	private static Fields fields(Object... keysAndValues) {
		List<Field> fields = new ArrayList<>();
		for (int i = 0; i < keysAndValues.length; i += 2) {
			fields.add(new Field(keysAndValues[i], keysAndValues[i + 1]));
		}
		return new Fields(fields);
	}

	// Values

	private @Nullable Object value(int depth) {
		return switch (this.random.nextInt((depth > 0) ? 17 : 12)) {
			case 0, 1 -> oneOf(NUMBERS);
			case 2 -> (long) this.random.nextInt(10);
			case 3, 4 -> oneOf(TEXTS);
			case 5 -> oneIn(40) ? "x".repeat(this.random.nextInt(70_000)) : "k" + this.random.nextInt(100);
			case 6 -> this.random.nextBoolean();
			case 7 -> null;
			case 8 -> this.random.nextLong();
			case 9 -> verbatim();
			case 10 -> bytes(this.random.nextInt(20));
			case 11 -> this.random.nextBoolean() ? oneOf(List.of(TimeUnit.values())).name()
					: Double.longBitsToDouble(this.random.nextLong() & 0xbfff_ffff_ffff_ffffL);
			case 12, 13, 14 -> list(depth);
			case 15 -> nested();
			default -> map(depth);
		};
	}

	private Verbatim verbatim() {
		boolean wrong = oneIn(60);
		if (this.json) {
			return new Verbatim(utf8(oneOf(wrong ? WRONG_JSON : ODD_JSON)));
		}
		return new Verbatim(HexFormat.of().parseHex(even(oneOf(wrong ? WRONG_CBOR : ODD_CBOR))));
	}

	private static String even(String hex) {
		return (hex.length() % 2 == 0) ? hex : hex + "0";
	}

	private byte[] bytes(int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) this.random.nextInt(256);
		}
		return bytes;
	}

	private List<@Nullable Object> list(int depth) {
		List<@Nullable Object> list = new ArrayList<>();
		for (int i = this.random.nextInt(5); i > 0; i--) {
			list.add(value(depth - 1));
		}
		return list;
	}

	private Object nested() {
		Object nested = oneOf(NUMBERS);
		boolean deep = oneIn(30);
		for (int i = this.random.nextInt(deep ? 600 : 30); i > 0; i--) {
			nested = this.random.nextBoolean() ? List.of(nested) : fields("a", nested);
		}
		return nested;
	}

	private Fields map(int depth) {
		List<Field> fields = new ArrayList<>();
		for (int i = this.random.nextInt(5); i > 0; i--) {
			fields.add(field(oneIn(3) ? oneOf(TEXTS) : "a" + this.random.nextInt(9), value(depth - 1)));
		}
		return new Fields(fields);
	}

	// Writing

	private byte[] written(@Nullable Object value) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		if (this.json) {
			json(out, value);
		}
		else {
			cbor(out, value);
		}
		return out.toByteArray();
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private void json(ByteArrayOutputStream out, @Nullable Object value) {
		if (value instanceof Verbatim verbatim) {
			out.writeBytes(verbatim.bytes());
		}
		else if (value instanceof Fields fields) {
			out.write('{');
			String separator = "";
			for (Field field : fields.fields()) {
				out.writeBytes(utf8(separator));
				jsonText(out, String.valueOf(field.key()));
				out.write(':');
				json(out, field.value());
				separator = ",";
			}
			out.write('}');
		}
		else if (value instanceof List<?> list) {
			out.write('[');
			String separator = "";
			for (Object element : list) {
				out.writeBytes(utf8(separator));
				json(out, element);
				separator = ",";
			}
			out.write(']');
		}
		else if (value instanceof String text) {
			jsonText(out, text);
		}
		else if (value instanceof byte[] bytes) {
			out.writeBytes(utf8("[\"$Uint8Array\",\"" + Base64.getEncoder().encodeToString(bytes) + "\"]"));
		}
		else if (value instanceof BigInteger big) {
			out.writeBytes(utf8("[\"$BigInt\",\"" + big + "\"]"));
		}
		else if (value instanceof Double number) {
			out.writeBytes(utf8(Double.isFinite(number) ? number.toString() : "null"));
		}
		else {
			out.writeBytes(utf8(String.valueOf(value)));
		}
	}

	private void jsonText(ByteArrayOutputStream out, String text) {
		StringBuilder json = new StringBuilder("\"");
		for (int i = 0; i < text.length(); i++) {
			char next = text.charAt(i);
			if (next == '"' || next == '\\') {
				json.append('\\').append(next);
			}
			else if (next < ' ' || Character.isSurrogate(next) || oneIn(200)) {
				json.append(String.format(Locale.ROOT, "\\u%04x", (int) next));
			}
			else {
				json.append(next);
			}
		}
		out.writeBytes(utf8(json.append('"').toString()));
	}

	private void cbor(ByteArrayOutputStream out, @Nullable Object value) {
		if (this.odd && oneIn(200)) {
			head(out, 6, oneOf(List.of(0L, 1L, 2L, 3L, 64L, 69L, 85L, 258L, 259L, 55799L, 1L << 40)));
		}
		if (value instanceof Verbatim verbatim) {
			out.writeBytes(verbatim.bytes());
		}
		else if (value instanceof Fields fields) {
			cborMap(out, fields.fields());
		}
		else if (value instanceof List<?> list) {
			cborList(out, list);
		}
		else if (value instanceof String text) {
			cborChunks(out, 3, utf8(text));
		}
		else if (value instanceof byte[] bytes) {
			cborChunks(out, 2, bytes);
		}
		else if (value instanceof Boolean flag) {
			out.write(flag ? 0xf5 : 0xf4);
		}
		else if (value == null) {
			out.write(0xf6);
		}
		else {
			cborNumber(out, (Number) value);
		}
	}

	private void cborMap(ByteArrayOutputStream out, List<Field> fields) {
		boolean open = oneIn(10);
		head(out, 5, open ? -1 : fields.size());
		for (Field field : fields) {
			cbor(out, field.key());
			cbor(out, field.value());
		}
		if (open) {
			out.write(0xff);
		}
	}

	private void cborList(ByteArrayOutputStream out, List<?> list) {
		boolean open = oneIn(10);
		head(out, 4, open ? -1 : list.size());
		list.forEach((element) -> cbor(out, element));
		if (open) {
			out.write(0xff);
		}
	}

	private void cborChunks(ByteArrayOutputStream out, int major, byte[] bytes) {
		if (!oneIn(30)) {
			head(out, major, bytes.length);
			out.writeBytes(bytes);
			return;
		}
		int cut = bytes.length / 2;
		head(out, major, -1);
		head(out, major, cut);
		out.write(bytes, 0, cut);
		head(out, major, bytes.length - cut);
		out.write(bytes, cut, bytes.length - cut);
		out.write(0xff);
	}

	private static void cborNumber(ByteArrayOutputStream out, Number number) {
		if (number instanceof Double floating) {
			out.write(0xfb);
			long bits = Double.doubleToRawLongBits(floating);
			for (int shift = 56; shift >= 0; shift -= 8) {
				out.write((int) (bits >> shift));
			}
		}
		else if (number instanceof BigInteger big && big.bitLength() >= Long.SIZE) {
			byte[] magnitude = ((big.signum() < 0) ? big.not() : big).toByteArray();
			head(out, 6, (big.signum() < 0) ? 3 : 2);
			head(out, 2, magnitude.length);
			out.writeBytes(magnitude);
		}
		else {
			long whole = number.longValue();
			head(out, (whole < 0) ? 1 : 0, (whole < 0) ? ~whole : whole);
		}
	}

	/** A negative number stands for no known length. */
	private static void head(ByteArrayOutputStream out, int major, long number) {
		int type = major << 5;
		int bytes;
		if (number < 0) {
			out.write(type | 31);
			return;
		}
		if (number < 24) {
			out.write(type | (int) number);
			return;
		}
		if (number < 1L << 8) {
			out.write(type | 24);
			bytes = 1;
		}
		else if (number < 1L << 16) {
			out.write(type | 25);
			bytes = 2;
		}
		else if (number < 1L << 32) {
			out.write(type | 26);
			bytes = 4;
		}
		else {
			out.write(type | 27);
			bytes = 8;
		}
		for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
			out.write((int) (number >> shift));
		}
	}

	private ByteArrayOutputStream version() {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(1 + this.random.nextInt(4));
		out.write(0);
		return out;
	}

	private static void data(ByteArrayOutputStream out, byte[] data) {
		unsigned(out, data.length);
		out.writeBytes(data);
	}

	private static void unsigned(ByteArrayOutputStream out, long value) {
		long rest = value;
		for (; rest > 127; rest >>>= 7) {
			out.write((int) (rest & 127 | 128));
		}
		out.write((int) rest);
	}

	// Breaking

	/** Change some bytes. */
	byte[] mutate(byte[] message) {
		byte[] bytes = message;
		for (int i = this.random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
			int at = this.random.nextInt(bytes.length);
			bytes = switch (this.random.nextInt(9)) {
				case 0 -> with(bytes, at, (byte) this.random.nextInt(256));
				case 1, 2 -> with(bytes, at, (byte) (bytes[at] ^ 1 << this.random.nextInt(8)));
				case 3 -> Arrays.copyOf(bytes, at);
				case 4 -> join(bytes, at, bytes(1 + this.random.nextInt(4)), bytes, at);
				case 5 -> join(bytes, this.random.nextInt(at, bytes.length), new byte[0], bytes, at);
				case 6 -> join(bytes, at, new byte[0], bytes, this.random.nextInt(at, bytes.length));
				case 7 -> with(bytes, at, MAGIC[this.random.nextInt(MAGIC.length)]);
				default -> join(bytes, at, PIECES[this.random.nextInt(PIECES.length)], bytes, at);
			};
		}
		return bytes;
	}

	private static byte[] with(byte[] bytes, int at, byte next) {
		byte[] changed = bytes.clone();
		changed[at] = next;
		return changed;
	}

	/** The first up to a position, something, and the second from a position on. */
	private static byte[] join(byte[] first, int end, byte[] between, byte[] second, int start) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(first, 0, end);
		out.writeBytes(between);
		out.write(second, start, second.length - start);
		return out.toByteArray();
	}

	private byte[] splice(byte[] first, byte[] second) {
		return join(first, this.random.nextInt(first.length + 1), new byte[0], second,
				this.random.nextInt(second.length + 1));
	}

	private byte[] noise() {
		return bytes(this.random.nextInt(100));
	}

}
