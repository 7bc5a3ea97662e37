/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 without TLS on which a test can send what no correct client
 * sends.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
final class Http2Socket implements AutoCloseable {

	static final int DATA = 0;

	static final int HEADERS = 1;

	static final int RST_STREAM = 3;

	static final int SETTINGS = 4;

	static final int PING = 6;

	static final int GOAWAY = 7;

	static final int WINDOW_UPDATE = 8;

	static final int END_STREAM = 1;

	static final int ACK = 1;

	static final int END_HEADERS = 4;

	private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

	private static final int PATIENCE_MILLIS = 10_000;

	private final Socket socket = new Socket();

	private final DataInputStream in;

	/** What the server sent. */
	record Frame(int type, int flags, int stream, byte[] payload) {

		int code() {
			return ByteBuffer.wrap(this.payload).getInt((this.type == GOAWAY) ? 4 : 0);
		}

	}

	/**
	 * Connects, and sends the preface.
	 * @param settings content of the first frame
	 */
	Http2Socket(int port, byte... settings) throws IOException {
		this.socket.setSoTimeout(PATIENCE_MILLIS);
		this.socket.setTcpNoDelay(true);
		this.socket.connect(new InetSocketAddress("localhost", port));
		this.in = new DataInputStream(new BufferedInputStream(this.socket.getInputStream()));
		write(PREFACE.getBytes(StandardCharsets.US_ASCII));
		write(frame(SETTINGS, 0, 0, settings));
	}

	void write(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
	}

	static byte[] frame(int type, int flags, int stream, byte... payload) {
		return ByteBuffer.allocate(9 + payload.length)
			.put((byte) (payload.length >> 16))
			.putShort((short) payload.length)
			.put((byte) type)
			.put((byte) flags)
			.putInt(stream)
			.put(payload)
			.array();
	}

	static byte[] integer(int value) {
		return ByteBuffer.allocate(4).putInt(value).array();
	}

	/**
	 * Returns a block of headers that are not compressed.
	 * @param pairs names and values
	 */
	static byte[] headers(String... pairs) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		for (int i = 0; i < pairs.length; i += 2) {
			out.write(0);
			literal(out, pairs[i]);
			literal(out, pairs[i + 1]);
		}
		return out.toByteArray();
	}

	private static void literal(ByteArrayOutputStream out, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
		if (bytes.length < 127) {
			out.write(bytes.length);
		}
		else {
			out.write(127);
			int rest = bytes.length - 127;
			for (; rest >= 128; rest >>= 7) {
				out.write(rest & 127 | 128);
			}
			out.write(rest);
		}
		out.writeBytes(bytes);
	}

	/**
	 * Returns the head of a request.
	 * @param more names and values of further headers
	 */
	static byte[] request(String method, String path, String... more) {
		byte[] head = headers(":method", method, ":scheme", "http", ":authority", "localhost", ":path", path);
		byte[] rest = headers(more);
		return ByteBuffer.allocate(head.length + rest.length).put(head).put(rest).array();
	}

	/** Allows a stream and the connection to send more. */
	void allow(int stream, int bytes) throws IOException {
		write(frame(WINDOW_UPDATE, 0, 0, integer(bytes)));
		write(frame(WINDOW_UPDATE, 0, stream, integer(bytes)));
	}

	/**
	 * Reads a frame, and acknowledges settings.
	 * @return {@code null} if none has come in time
	 */
	@Nullable Frame read(Duration time) throws IOException {
		this.socket.setSoTimeout((int) Math.max(time.toMillis(), 1));
		this.in.mark(1);
		try {
			if (this.in.read() < 0) {
				throw new EOFException("Closed");
			}
			this.in.reset();
		}
		catch (SocketTimeoutException ex) {
			return null;
		}
		this.socket.setSoTimeout(PATIENCE_MILLIS);
		int length = this.in.readUnsignedByte() << 16 | this.in.readUnsignedShort();
		int type = this.in.readUnsignedByte();
		int flags = this.in.readUnsignedByte();
		int stream = this.in.readInt();
		byte[] payload = new byte[length];
		this.in.readFully(payload);
		if (type == SETTINGS && (flags & ACK) == 0) {
			write(frame(SETTINGS, ACK, 0));
		}
		return new Frame(type, flags, stream, payload);
	}

	/** Reads until there is a frame of a kind. */
	Frame read(int type) throws IOException {
		for (;;) {
			Frame frame = read(Duration.ofMillis(PATIENCE_MILLIS));
			if (frame == null) {
				throw new SocketTimeoutException("No frame of type " + type);
			}
			if (frame.type() == type) {
				return frame;
			}
		}
	}

	/** Reads until the server has closed. */
	void readAll() throws IOException {
		try {
			while (read(Duration.ofMillis(PATIENCE_MILLIS)) != null) {
				// reads the next frame
			}
			throw new AssertionError("Still open");
		}
		catch (EOFException | SocketException ex) {
			// closed, or reset
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
