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
 * A TCP connection that can misbehave: it reads and writes only when it is told to, and
 * never waits longer than it is told to. For one thread at a time.
 */
class Peer implements AutoCloseable {

	/** A receive buffer of the smallest kind, for what is not to be read. */
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
	 * Open a connection.
	 * @param to address of the server
	 * @param from address to come from, {@code null} for any
	 * @param receiveBuffer bytes that the kernel may take for this end, 0 for its default
	 * @throws IOException if the server does not take it
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
	 * Write bytes.
	 * @param data what to write
	 * @param millis longest time without any progress
	 * @return whether all was written; {@code false} if the server has stopped reading or
	 * has closed the connection
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
	 * Read what has arrived and keep it.
	 * @return whether anything has
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
	 * Read until a number of bytes has arrived.
	 * @param count the number
	 * @param millis longest time without any progress
	 * @return whether they are there; {@code false} at the end of the connection, too
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
	 * Read a line, or headers.
	 * @param delimiter what ends it
	 * @param millis longest time to wait
	 * @return the text before the delimiter, or {@code null} if none has arrived
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

	/** Look at a byte that has arrived. */
	int peek(int index) {
		return this.bytes[this.start + index] & 0xff;
	}

	/** Take bytes that have arrived. */
	byte[] take(int count) {
		byte[] taken = Arrays.copyOfRange(this.bytes, this.start, this.start + count);
		this.start += count;
		return taken;
	}

	/** Take all bytes that have arrived, as text. */
	String takeText() {
		return new String(take(this.end - this.start), StandardCharsets.ISO_8859_1);
	}

	/** Read fast from now on, whatever the receive buffer was. */
	void hasten() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_RCVBUF, LARGE);
		}
		catch (IOException ex) {
			ended(ex);
		}
	}

	/**
	 * Read all that comes and forget it, until the server ends the connection.
	 * @param quietMillis longest time without anything to read
	 * @param maxBytes most to read
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

	/** Close without a farewell: the server sees a reset. */
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

	/** Return how the server has ended the connection, {@code null} if it has not. */
	@Nullable String ending() {
		return this.ending;
	}

	/** Return the number of bytes that have been read. */
	long received() {
		return this.received;
	}

	static long deadline(long millis) {
		return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
	}

	/** Closes the connection at once, and leaves no port waiting behind it. */
	@Override
	public void close() {
		try {
			this.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
		}
		catch (IOException ex) {
			// closed by the other end already
		}
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// nothing is left to close
		}
	}

	/** Closes the connection as a client does that leaves. */
	void leave() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// nothing is left to close
		}
	}

}
