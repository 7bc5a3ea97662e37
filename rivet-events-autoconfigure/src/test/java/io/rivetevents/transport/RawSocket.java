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
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A TCP connection on which a test can send what no correct client sends.
 */
public final class RawSocket implements AutoCloseable {

	public static final int TEXT = 0x1;

	public static final int BINARY = 0x2;

	public static final int PING = 0x9;

	public static final int FINAL = 0x80;

	public static final int COMPRESSED = 0x40;

	private static final int PATIENCE_MILLIS = 10_000;

	private static final int RECEIVE_BUFFER = 8 * 1024;

	private final Socket socket = new Socket();

	private final DataInputStream in;

	/** What a frame of the server was. */
	public record Frame(int opcode, byte[] payload) {

		public int closeCode() {
			return (this.payload[0] & 0xff) << 8 | this.payload[1] & 0xff;
		}

		public String closeReason() {
			return new String(this.payload, 2, this.payload.length - 2, StandardCharsets.UTF_8);
		}

	}

	public RawSocket(int port) throws IOException {
		this.socket.setReceiveBufferSize(RECEIVE_BUFFER);
		this.socket.setSoTimeout(PATIENCE_MILLIS);
		this.socket.connect(new InetSocketAddress("localhost", port));
		this.in = new DataInputStream(new BufferedInputStream(this.socket.getInputStream()));
	}

	/** Open a WebSocket to an instance of the room, and read no frame of it. */
	public static RawSocket webSocket(int port, String key, String... headers) throws IOException {
		RawSocket socket = new RawSocket(port);
		socket.write(handshake(key, headers));
		String head = socket.readHead();
		if (!head.startsWith("HTTP/1.1 101")) {
			throw new IOException(head);
		}
		return socket;
	}

	public static String handshake(String key, String... headers) {
		StringBuilder more = new StringBuilder();
		for (String header : headers) {
			more.append(header).append("\r\n");
		}
		return ("GET /rivet%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
				+ "Sec-WebSocket-Protocol: rivet, rivet_encoding.json\r\n%s\r\n")
			.formatted(TestClient.query("room", key, "connect"), more);
	}

	public void write(String text) throws IOException {
		write(text.getBytes(StandardCharsets.UTF_8));
	}

	public void write(byte[] bytes) throws IOException {
		OutputStream out = this.socket.getOutputStream();
		out.write(bytes);
		out.flush();
	}

	/** Write what a server may refuse at any moment. */
	public boolean tryWrite(byte[] bytes) {
		try {
			write(bytes);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * A frame whose mask is not zero, or bytes would pass for right without unmasking.
	 */
	public static byte[] frame(int first, byte[] payload) {
		byte[] head = head(first, payload.length);
		byte[] mask = { 1, 2, 3, 4 };
		byte[] frame = new byte[head.length + payload.length];
		System.arraycopy(head, 0, frame, 0, head.length);
		for (int i = 0; i < payload.length; i++) {
			frame[head.length + i] = (byte) (payload[i] ^ mask[i % 4]);
		}
		return frame;
	}

	public static byte[] frame(int first, String payload) {
		return frame(first, payload.getBytes(StandardCharsets.UTF_8));
	}

	/** What announces a frame. */
	public static byte[] head(int first, long length) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(first);
		int size = (length < 126) ? 0 : (length <= 0xffff) ? 2 : 8;
		out.write(0x80 | ((size == 0) ? (int) length : (size == 2) ? 126 : 127));
		for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
			out.write((int) (length >> shift));
		}
		out.writeBytes(new byte[] { 1, 2, 3, 4 });
		return out.toByteArray();
	}

	/** Read the head of an answer. */
	public String readHead() throws IOException {
		return readUntil("\r\n\r\n");
	}

	public String readUntil(String end) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf(end, head.length() - end.length()) < 0) {
			int next = this.in.read();
			if (next < 0) {
				throw new EOFException(head.toString());
			}
			head.append((char) next);
		}
		return head.toString();
	}

	public Frame readFrame() throws IOException {
		int opcode = this.in.readUnsignedByte() & 0xf;
		int length = this.in.readUnsignedByte();
		long size = (length < 126) ? length : (length == 126) ? this.in.readUnsignedShort() : this.in.readLong();
		byte[] payload = new byte[(int) size];
		this.in.readFully(payload);
		return new Frame(opcode, payload);
	}

	/** Read until there is a frame of a kind. */
	public Frame readFrame(int opcode) throws IOException {
		Frame frame = readFrame();
		while (frame.opcode() != opcode) {
			frame = readFrame();
		}
		return frame;
	}

	public Frame readClose() throws IOException {
		return readFrame(0x8);
	}

	/** Read whatever still comes until the server has closed. */
	public String readAll() throws IOException {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		try {
			byte[] buffer = new byte[8192];
			for (int count = this.in.read(buffer); count >= 0; count = this.in.read(buffer)) {
				all.write(buffer, 0, count);
			}
		}
		catch (SocketTimeoutException ex) {
			throw new AssertionError("Still open after %d bytes".formatted(all.size()), ex);
		}
		catch (SocketException ex) {
			// reset: closed with something unread
		}
		return all.toString(StandardCharsets.ISO_8859_1);
	}

	/** Whether something has come that is not read yet; the end does not count. */
	public boolean hasInput() throws IOException {
		return this.in.available() > 0;
	}

	/** Whether nothing has come and nothing has ended for a while. */
	public boolean isOpenFor(Duration time) throws IOException {
		this.socket.setSoTimeout((int) time.toMillis());
		try {
			return this.in.read() >= 0;
		}
		catch (SocketTimeoutException ex) {
			return true;
		}
		catch (SocketException ex) {
			return false;
		}
		finally {
			this.socket.setSoTimeout(PATIENCE_MILLIS);
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
