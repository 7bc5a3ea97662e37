/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Bytes of requests, frames and messages, written by hand.
 */
final class Wire {

	static final int TEXT = 1;

	static final int BINARY = 2;

	static final int CLOSE = 8;

	static final int PING = 9;

	private static final int FIN = 0x80;

	private static final int RSV1 = 0x40;

	private static final int MASKED = 0x80;

	private Wire() {
	}

	static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	static byte[] join(byte[]... parts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			out.writeBytes(part);
		}
		return out.toByteArray();
	}

	static byte[] repeat(byte[] part, int times) {
		byte[] all = new byte[part.length * times];
		for (int i = 0; i < times; i++) {
			System.arraycopy(part, 0, all, i * part.length, part.length);
		}
		return all;
	}

	// HTTP

	/** Returns the path of an instance, which the request creates. */
	static String path(String actor, String key, String what) {
		return "/rivet/gateway/%s/%s?rvt-method=getOrCreate&rvt-runner=default&rvt-key=%s".formatted(actor, what, key);
	}

	static byte[] get(String path) {
		return ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}

	static byte[] request(String method, String path, String headers, byte[] body) {
		return join(head(method, path, headers, body.length), body);
	}

	static byte[] head(String method, String path, String headers, long length) {
		return ascii(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
				+ headers + "Content-Length: " + length + "\r\n\r\n");
	}

	static String header(String name, String value) {
		return name + ": " + value + "\r\n";
	}

	// HTTP/2

	static byte[] frame2(int type, int flags, int stream, byte[] payload) {
		return ByteBuffer.allocate(9 + payload.length)
			.put((byte) 0)
			.putShort((short) payload.length)
			.put((byte) type)
			.put((byte) flags)
			.putInt(stream)
			.put(payload)
			.array();
	}

	/**
	 * Returns headers without compression: names and values of less than 127 characters.
	 */
	static byte[] headers2(String... texts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (int i = 0; i < texts.length; i++) {
			if (i % 2 == 0) {
				out.write(0);
			}
			out.write(texts[i].length());
			out.writeBytes(ascii(texts[i]));
		}
		return out.toByteArray();
	}

	// HTTP/1.1

	static byte[] action(String actor, String key, String name, String args) {
		return request("POST", path(actor, key, "action/" + name), "", ascii("{\"args\":" + args + "}"));
	}

	static byte[] create(String actor, String key, String input) {
		String body = "{\"name\":\"" + actor + "\",\"key\":\"" + key + "\""
				+ (input.isEmpty() ? "" : ",\"input\":\"" + input + "\"") + "}";
		return request("PUT", "/rivet/actors", "", ascii(body));
	}

	/** Returns an encoded input: base64 of a CBOR text. */
	static String input(int length) {
		byte[] cbor = join(new byte[] { 0x7a }, ByteBuffer.allocate(4).putInt(length).array(), new byte[length]);
		Arrays.fill(cbor, 5, cbor.length, (byte) 'x');
		return Base64.getEncoder().encodeToString(cbor);
	}

	/** Returns an encoded input: base64 of a CBOR array of empty objects. */
	static String inputOfNodes(int count) {
		byte[] cbor = join(new byte[] { (byte) 0x99 }, ByteBuffer.allocate(2).putShort((short) count).array(),
				new byte[count]);
		Arrays.fill(cbor, 3, cbor.length, (byte) 0xa0);
		return Base64.getEncoder().encodeToString(cbor);
	}

	// Frames; a mask of zeros is a valid mask

	static byte[] frame(int opcode, byte[] payload) {
		return frame(FIN | opcode, payload.length, payload);
	}

	static byte[] text(String payload) {
		return frame(TEXT, ascii(payload));
	}

	static byte[] unfinished(int opcode, byte[] payload) {
		return frame(opcode, payload.length, payload);
	}

	static byte[] deflated(int opcode, boolean last, byte[] payload) {
		return frame((last ? FIN : 0) | ((opcode != 0) ? RSV1 : 0) | opcode, payload.length, payload);
	}

	/** Returns a frame whose header announces more data than follows. */
	static byte[] frame(int first, int length, byte[] payload) {
		ByteBuffer head = ByteBuffer.allocate(14);
		head.put((byte) first);
		if (length < 126) {
			head.put((byte) (MASKED | length));
		}
		else if (length < 65536) {
			head.put((byte) (MASKED | 126)).putShort((short) length);
		}
		else {
			head.put((byte) (MASKED | 127)).putLong(length);
		}
		head.putInt(0);
		return join(Arrays.copyOf(head.array(), head.position()), payload);
	}

	// Messages in JSON

	static String call(int id, String name, String args) {
		return call("[\"$BigInt\",\"" + id + "\"]", name, args, "");
	}

	/** Returns a call in the extended mode, with more fields. */
	static String extendedCall(int id, String name, String args, String fields) {
		return call(Integer.toString(id), name, args, fields);
	}

	private static String call(String id, String name, String args, String fields) {
		return message("ActionRequest", "\"id\":%s,\"name\":\"%s\",\"args\":%s%s".formatted(id, name, args, fields));
	}

	static String subscribe(String event, String fields) {
		return message("SubscriptionRequest", "\"eventName\":\"" + event + "\",\"subscribe\":true" + fields);
	}

	static String hello(String fields) {
		return message("Hello", fields);
	}

	private static String message(String tag, String fields) {
		return "{\"body\":{\"tag\":\"" + tag + "\",\"val\":{" + fields + "}}}";
	}

	/** Returns arguments that are short on the wire and many objects in memory. */
	static String manyNodes(int length) {
		return "[[{}" + ",{}".repeat((length - 6) / 3) + "]]";
	}

	/** Returns arguments of many small objects, each nested to the maximum depth. */
	static String deepNodes(int length) {
		String deep = "[".repeat(200) + "]".repeat(200);
		return "[[" + deep + ("," + deep).repeat((length - 404) / 401) + "]]";
	}

	/**
	 * Returns arguments of one tree, whose leaves are at the maximum depth and all
	 * invalid.
	 */
	static String wrongLeaves(int length) {
		int depth = 100;
		String way = "{\"parts\":[";
		String back = "]}";
		int leaves = (length - depth * (way.length() + back.length()) - 6) / 3;
		return "[" + way.repeat(depth) + "{}" + ",{}".repeat(leaves) + back.repeat(depth) + "]";
	}

	// Messages in CBOR and BARE

	/** Returns arguments of one typed array, each of whose bytes becomes a number. */
	static byte[] typedArray(int length) {
		byte[] args = join(new byte[] { (byte) 0x81, (byte) 0xd8, 0x48, 0x59 },
				ByteBuffer.allocate(2).putShort((short) length).array(), new byte[length]);
		Arrays.fill(args, 6, args.length, (byte) 100);
		return args;
	}

	static byte[] cborCall(int id, String name, byte[] args) {
		return join(new byte[] { (byte) 0xa1 }, cbor("body"), new byte[] { (byte) 0xa2 }, cbor("tag"),
				cbor("ActionRequest"), cbor("val"), new byte[] { (byte) 0xa3 }, cbor("id"), cbor(id), cbor("name"),
				cbor(name), cbor("args"), args);
	}

	static byte[] bareCall(int id, String name, byte[] args) {
		return join(new byte[] { 4, 0, 0 }, varint(id), varint(name.length()), ascii(name), varint(args.length), args);
	}

	/** Returns arguments of one number. */
	static byte[] number(int value) {
		return join(new byte[] { (byte) 0x81 }, cbor(value));
	}

	private static byte[] cbor(String text) {
		return join(new byte[] { (byte) (0x60 | text.length()) }, ascii(text));
	}

	private static byte[] cbor(int number) {
		return join(new byte[] { 0x1a }, ByteBuffer.allocate(4).putInt(number).array());
	}

	private static byte[] varint(int value) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		int rest = value;
		while (rest > 0x7f) {
			out.write((rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		out.write(rest);
		return out.toByteArray();
	}

}
