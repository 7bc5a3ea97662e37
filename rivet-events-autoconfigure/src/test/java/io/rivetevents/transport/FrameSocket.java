/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A WebSocket on the level of bytes. It can send frames that no client library sends.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>
 */
final class FrameSocket implements AutoCloseable {

	static final int CONTINUATION = 0;

	static final int TEXT = 1;

	static final int BINARY = 2;

	static final int CLOSE = 8;

	static final int PING = 9;

	static final int PONG = 10;

	private static final int FIN = 0x80;

	private static final int MASKED = 0x80;

	private static final int TIMEOUT_MILLIS = 10_000;

	private final Socket socket;

	private final InputStream in;

	private final String head;

	/**
	 * A frame of the server.
	 *
	 * @param opcode its kind
	 * @param payload what it holds
	 */
	record Frame(int opcode, byte[] payload) {

		/** The content of a close frame: its code and its reason. */
		String closing() {
			if (this.payload.length < 2) {
				return "none";
			}
			int code = (this.payload[0] & 0xff) << 8 | this.payload[1] & 0xff;
			String reason = new String(this.payload, 2, this.payload.length - 2, StandardCharsets.UTF_8);
			return (code == 1011 || code < 1002 || code == 1003) ? code + " " + reason : String.valueOf(code);
		}

	}

	private FrameSocket(Socket socket, InputStream in, String head) {
		this.socket = socket;
		this.in = in;
		this.head = head;
	}

	static FrameSocket open(int port, String path, List<String> protocols) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.setSoTimeout(TIMEOUT_MILLIS);
		socket.setTcpNoDelay(true);
		socket.getOutputStream()
			.write("GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n"
				.formatted(path, port, String.join(", ", protocols))
				.getBytes(StandardCharsets.ISO_8859_1));
		InputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
			int next = in.read();
			if (next < 0) {
				socket.close();
				throw new EOFException("No answer to the handshake but: " + head);
			}
			head.append((char) next);
		}
		return new FrameSocket(socket, in, head.toString());
	}

	/** The first line of the answer to the handshake, and its headers. */
	String head() {
		return this.head;
	}

	boolean isOpen() {
		return this.head.startsWith("HTTP/1.1 101");
	}

	void write(byte[] frames) throws IOException {
		this.socket.getOutputStream().write(frames);
	}

	/**
	 * Read the next frame.
	 * @throws EOFException if the server has ended without a close frame
	 * @throws java.net.SocketTimeoutException if nothing comes
	 */
	Frame read() throws IOException {
		int first = next();
		long length = next();
		if (length == 126) {
			length = next() << 8 | next();
		}
		else if (length == 127) {
			length = 0;
			for (int i = 0; i < 8; i++) {
				length = length << 8 | next();
			}
		}
		byte[] payload = this.in.readNBytes(Math.toIntExact(length));
		if (payload.length < length) {
			throw new EOFException("The server has ended within a frame");
		}
		return new Frame(first & 0xf, payload);
	}

	private int next() throws IOException {
		int next = this.in.read();
		if (next < 0) {
			throw new EOFException("The server has ended without a close frame");
		}
		return next;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/** Write a whole message in one frame. */
	static void frame(ByteArrayOutputStream out, int opcode, byte[] payload) {
		frame(out, FIN | opcode, payload, 0);
	}

	/** Write a part of a message. */
	static void fragment(ByteArrayOutputStream out, int opcode, byte[] payload) {
		frame(out, opcode, payload, 0);
	}

	/**
	 * Write a frame.
	 * @param first its first byte
	 * @param mask what its payload is masked with
	 */
	static void frame(ByteArrayOutputStream out, int first, byte[] payload, int mask) {
		out.write(first);
		if (payload.length < 126) {
			out.write(MASKED | payload.length);
		}
		else if (payload.length < 65536) {
			out.write(MASKED | 126);
			number(out, payload.length, 2);
		}
		else {
			out.write(MASKED | 127);
			number(out, payload.length, 8);
		}
		number(out, mask, 4);
		for (int i = 0; i < payload.length; i++) {
			out.write(payload[i] ^ mask >> 8 * (3 - i % 4));
		}
	}

	static void number(ByteArrayOutputStream out, long number, int bytes) {
		for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
			out.write((int) (number >> shift));
		}
	}

}
