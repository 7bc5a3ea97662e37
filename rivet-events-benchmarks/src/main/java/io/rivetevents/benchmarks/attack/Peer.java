/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A TCP connection that can misbehave: it reads and writes only on request, and never
 * waits longer than requested. For one thread at a time.
 */
class Peer implements AutoCloseable {

	/** Size of the smallest receive buffer, for data that is not to be read. */
	static final int TINY = 4096;

	private static final int LARGE = 1 << 20;

	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int CONNECT_MILLIS = 5000;

	private final SocketChannel channel;

	private final ByteBuffer chunk = ByteBuffer.allocate(16 * 1024);

	private byte[] bytes = new byte[0];

	private int start;

	private int end;

	private long received;

	private @Nullable String ending;

	/**
	 * Opens a connection.
	 * @param to address of the server
	 * @param from local address, {@code null} for any
	 * @param receiveBuffer bytes that the kernel buffers at this end, 0 for its default
	 * @throws IOException if the server does not accept it
	 */
	Peer(InetSocketAddress to, @Nullable InetSocketAddress from, int receiveBuffer) throws IOException {
		this.channel = SocketChannel.open();
		try {
			if (receiveBuffer > 0) {
				this.channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
			}
			this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			if (from != null) {
				this.channel.bind(from);
			}
			this.channel.socket().connect(to, CONNECT_MILLIS);
			this.channel.configureBlocking(false);
		}
		catch (IOException ex) {
			this.channel.close();
			throw ex;
		}
	}

	/**
	 * Writes bytes.
	 * @param data the bytes
	 * @param millis maximum time without progress
	 * @return whether all bytes were written; {@code false} if the server has stopped
	 * reading or has closed the connection
	 */
	boolean write(byte[] data, long millis) {
		return write(ByteBuffer.wrap(data), millis);
	}

	boolean write(ByteBuffer data, long millis) {
		long deadline = deadline(millis);
		try {
			while (data.hasRemaining()) {
				if (this.ending != null) {
					return false;
				}
				if (this.channel.write(data) > 0) {
					deadline = deadline(millis);
				}
				else if (System.nanoTime() > deadline) {
					return false;
				}
				else {
					LockSupport.parkNanos(PAUSE);
				}
			}
			return true;
		}
		catch (IOException ex) {
			ended(ex);
			return false;
		}
	}

	/**
	 * Reads and buffers the data that has arrived.
	 * @return whether there was any
	 */
	boolean fill() {
		int read = read();
		if (read <= 0) {
			return false;
		}
		if (this.start > 0 && this.start == this.end) {
			this.start = 0;
			this.end = 0;
		}
		if (this.end + read > this.bytes.length) {
			byte[] larger = new byte[Math.max(2 * (this.end - this.start + read), 512)];
			System.arraycopy(this.bytes, this.start, larger, 0, this.end - this.start);
			this.bytes = larger;
			this.end -= this.start;
			this.start = 0;
		}
		this.chunk.get(this.bytes, this.end, read);
		this.end += read;
		return true;
	}

	/**
	 * Reads until a number of bytes has arrived.
	 * @param count the number
	 * @param millis maximum time without progress
	 * @return whether they have arrived; {@code false} also at the end of the connection
	 */
	boolean await(int count, long millis) {
		long deadline = deadline(millis);
		while (this.end - this.start < count) {
			if (fill()) {
				deadline = deadline(millis);
			}
			else {
				if (this.ending != null || System.nanoTime() > deadline) {
					return false;
				}
				LockSupport.parkNanos(PAUSE);
			}
		}
		return true;
	}

	/**
	 * Reads a line, or headers.
	 * @param delimiter end of the text
	 * @param millis maximum time to wait
	 * @return the text before the delimiter, {@code null} if it has not arrived
	 */
	@Nullable String readUntil(String delimiter, long millis) {
		byte[] wanted = delimiter.getBytes(StandardCharsets.ISO_8859_1);
		int from = 0;
		while (true) {
			for (int at = from; at + wanted.length <= this.end - this.start; at++) {
				int begin = this.start + at;
				if (Arrays.equals(this.bytes, begin, begin + wanted.length, wanted, 0, wanted.length)) {
					String text = new String(this.bytes, this.start, at, StandardCharsets.ISO_8859_1);
					this.start = begin + wanted.length;
					return text;
				}
			}
			from = Math.max(this.end - this.start - wanted.length + 1, 0);
			if (!await(this.end - this.start + 1, millis)) {
				return null;
			}
		}
	}

	/** Returns a byte that has arrived, without consuming it. */
	int peek(int index) {
		return this.bytes[this.start + index] & 0xff;
	}

	/** Consumes bytes that have arrived. */
	byte[] take(int count) {
		byte[] taken = Arrays.copyOfRange(this.bytes, this.start, this.start + count);
		this.start += count;
		return taken;
	}

	/** Consumes all bytes that have arrived, as text. */
	String takeText() {
		return new String(take(this.end - this.start), StandardCharsets.ISO_8859_1);
	}

	/** Reads fast from now on, regardless of the receive buffer. */
	void hasten() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_RCVBUF, LARGE);
		}
		catch (IOException ex) {
			ended(ex);
		}
	}

	/**
	 * Reads and discards all data until the server ends the connection.
	 * @param quietMillis maximum time without data
	 * @param maxBytes maximum number of bytes
	 * @return whether the server has ended it
	 */
	boolean drain(long quietMillis, long maxBytes) {
		long deadline = deadline(quietMillis);
		long most = this.received + maxBytes;
		hasten();
		while (this.ending == null && this.received < most) {
			if (read() > 0) {
				deadline = deadline(quietMillis);
			}
			else if (System.nanoTime() > deadline) {
				break;
			}
			else {
				LockSupport.parkNanos(PAUSE);
			}
		}
		return this.ending != null;
	}

	/** Closes the connection with a reset. */
	void reset() throws IOException {
		this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		close();
	}

	private int read() {
		if (this.ending != null) {
			return -1;
		}
		try {
			this.chunk.clear();
			int read = this.channel.read(this.chunk);
			this.chunk.flip();
			if (read < 0) {
				this.ending = "closed";
			}
			this.received += Math.max(read, 0);
			return read;
		}
		catch (IOException ex) {
			ended(ex);
			return -1;
		}
	}

	private void ended(IOException ex) {
		this.ending = "reset";
	}

	/** Returns how the server has ended the connection, {@code null} if it has not. */
	@Nullable String ending() {
		return this.ending;
	}

	/** Returns the number of bytes that have been read. */
	long received() {
		return this.received;
	}

	static long deadline(long millis) {
		return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
	}

	/** Closes the connection at once, without a port in the state TIME_WAIT. */
	@Override
	public void close() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
		catch (IOException ex) {
			// already closed by the server
		}
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// already closed
		}
	}

	/** Closes the connection like a client that leaves. */
	void leave() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// already closed
		}
	}

}
