/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A WebSocket.
 */
final class WebSocketPeer extends HttpPeer {

	private static final Pattern ACTION_ID = Pattern.compile("\"actionId\":[\\[\\d]");

	private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]+)\"");

	private static final int FINISHED = 0x80;

	WebSocketPeer(InetSocketAddress to, @Nullable InetSocketAddress from, int receiveBuffer) throws IOException {
		super(to, from, receiveBuffer);
	}

	/**
	 * A frame from the server.
	 *
	 * @param opcode its kind; -1 for the end of the connection
	 * @param text its payload, one character per byte
	 */
	record Frame(int opcode, String text) {

		/** Returns whether the server has ended the connection, or is about to. */
		boolean last() {
			return this.opcode == Wire.CLOSE || this.opcode < 0;
		}

		/** Returns whether it is an error, in any encoding. */
		boolean error() {
			return (this.opcode == Wire.TEXT) ? this.text.startsWith("{\"body\":{\"tag\":\"Error\"")
					: this.opcode == Wire.BINARY && (this.text.startsWith("\u0004\u0000\u0001")
							|| this.text.contains("cErrorcval") || this.text.contains("eError"));
		}

		/** Returns whether it is an error of the connection, which closes next. */
		boolean closing() {
			return this.opcode == Wire.TEXT && error() && !ACTION_ID.matcher(this.text).find();
		}

		/** Returns the code of an error, for JSON and for overload errors. */
		String code() {
			Matcher code = CODE.matcher(this.text);
			return this.text.contains("overloaded") ? "overloaded" : code.find() ? code.group(1) : "error";
		}

		/** Returns the code and reason of a close frame. */
		String reason() {
			if (this.opcode < 0) {
				return this.text;
			}
			return (this.text.length() < 2) ? "close"
					: ((this.text.charAt(0) << 8) | this.text.charAt(1)) + " " + this.text.substring(2);
		}

	}

	/**
	 * Requests a WebSocket.
	 * @param path path of the request
	 * @param encoding json, cbor or bare
	 * @param headers more headers, each with its line end
	 * @return the status of the answer: 101, 0 if the server closed the connection, -1 if
	 * it did not answer
	 */
	int open(String path, String encoding, String headers, long millis) {
		return write(handshake(path, encoding, headers), millis) ? head(millis) : (ending() != null) ? 0 : -1;
	}

	static byte[] handshake(String path, String encoding, String headers) {
		String protocols = encoding.startsWith("+") ? "rivet, rivet_encoding." + encoding.substring(1) + ", rivet_ext.1"
				: "rivet, rivet_encoding." + encoding;
		return Wire.ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
				+ "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
				+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + protocols + "\r\n"
				+ headers + "\r\n");
	}

	/**
	 * Reads a frame.
	 * @return the frame, {@code null} if none has arrived in time
	 */
	@Nullable Frame next(long millis) {
		if (!await(2, millis)) {
			return none();
		}
		int length = peek(1) & 0x7f;
		int head = 2;
		if (length == 126) {
			head = 4;
		}
		else if (length == 127) {
			head = 10;
		}
		if (!await(head, millis)) {
			return none();
		}
		if (length >= 126) {
			length = 0;
			for (int i = 2; i < head; i++) {
				length = (length << 8) | peek(i);
			}
		}
		if (!await(head + length, millis)) {
			return none();
		}
		int opcode = peek(0) & ~FINISHED & 0xf;
		take(head);
		return new Frame(opcode, new String(take(length), StandardCharsets.ISO_8859_1));
	}

	private @Nullable Frame none() {
		String ending = ending();
		return (ending != null) ? new Frame(-1, "connection " + ending) : null;
	}

	/** Reads frames until one contains a text, or the connection ends. */
	@Nullable Frame await(String text, long millis) {
		long deadline = deadline(millis);
		Frame frame = next(millis);
		while (frame != null && !frame.last() && !frame.text().contains(text)) {
			frame = next(Math.max((deadline - System.nanoTime()) / 1_000_000, 1));
		}
		return frame;
	}

}
