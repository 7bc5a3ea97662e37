package io.rivetevents.transport.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.Limits;
import io.rivetevents.limit.Reception;

/**
 * What one connection of the server and its requests take, of what all may take together:
 * beside their headers, what the server makes of each. It takes nothing while it is an
 * event stream or a WebSocket, which count as connections of an actor. Used on the thread
 * of the connection.
 */
final class ConnectionMemory {

	/** A connection with its handlers: measured, rounded up. */
	private static final int CONNECTION = 8 * 1024;

	/** What HTTP/2 adds to it: flow control, tables of headers. */
	private static final int HTTP2 = 24 * 1024;

	/**
	 * A request with all that is made of it until it is answered, beside its headers:
	 * measured with Spring Security and observations, rounded up.
	 */
	static final int REQUEST = 24 * 1024;

	/** A header beside its text. */
	static final int PART = 128;

	/** Of what all may take, for requests that wait for their clients. */
	private static final int EIGHTHS = 6;

	/** For new connections as well; the rest is for requests that come whole. */
	private static final int EIGHTHS_WITH_CONNECTIONS = 7;

	private static final String EVENT_STREAM = "text/event-stream";

	private final Limits limits;

	private final Reception reception;

	private int connection = CONNECTION;

	private long head;

	private long requests;

	private boolean stream;

	private boolean released;

	ConnectionMemory(Limits limits, @Nullable SocketAddress peer) {
		InetAddress address = (peer instanceof InetSocketAddress inet) ? inet.getAddress() : null;
		this.limits = limits;
		this.reception = limits.requestsFrom(address);
	}

	/**
	 * Returns whether an answer is an event stream, which counts as a connection of an
	 * actor.
	 * @param contentType its content type, {@code null} if there is none
	 */
	static boolean isEventStream(@Nullable CharSequence contentType) {
		return contentType != null
				&& AsciiString.regionMatches(contentType, false, 0, EVENT_STREAM, 0, EVENT_STREAM.length());
	}

	/**
	 * Returns what headers take.
	 * @param headers names and values
	 */
	static long sizeOf(Iterable<? extends Map.Entry<? extends CharSequence, ? extends CharSequence>> headers) {
		long size = 0;
		for (Map.Entry<? extends CharSequence, ? extends CharSequence> header : headers) {
			size += header.getKey().length() + header.getValue().length() + PART;
		}
		return size;
	}

	/**
	 * Counts what it takes now.
	 * @return whether there is room; if not, it counts as before
	 */
	boolean count() {
		return this.released || this.reception.set(this.stream ? 0 : this.connection + this.head + this.requests);
	}

	/**
	 * Returns whether there is room for what waits for its client only by the part that
	 * requests have that come whole.
	 */
	boolean isScarce() {
		return this.limits.requests().isBeyond(EIGHTHS);
	}

	/**
	 * Returns whether there is room for something that waits for its client; counts it if
	 * there is not.
	 */
	boolean mayWait() {
		if (isScarce()) {
			this.limits.requests().hit();
			return false;
		}
		return true;
	}

	/**
	 * Counts a new connection.
	 * @return whether there is room
	 */
	boolean open() {
		if (this.limits.requests().isBeyond(EIGHTHS_WITH_CONNECTIONS)) {
			this.limits.requests().hit();
			return false;
		}
		return count();
	}

	/** The connection is one of HTTP/2. */
	void setHttp2() {
		this.connection = CONNECTION + HTTP2;
		count();
	}

	/** Whether the answer is an event stream. */
	void setStream(boolean stream) {
		this.stream = stream;
		count();
	}

	/**
	 * Adds bytes of a head that has not ended.
	 * @return whether there is room
	 */
	boolean addHead(int bytes) {
		this.head += bytes;
		return count() && mayWait();
	}

	/** The head has ended, and counts with its request. */
	void endHead() {
		this.head = 0;
	}

	/**
	 * Sets what all requests take that are not answered.
	 * @return whether there is room; if not, it is as before
	 */
	boolean setRequests(long bytes) {
		long before = this.requests;
		this.requests = bytes;
		if (count()) {
			return true;
		}
		this.requests = before;
		return false;
	}

	/**
	 * Adds what a request takes, or gives it back.
	 * @return whether there is room; if not, it is as before
	 */
	boolean addRequests(long bytes) {
		return setRequests(this.requests + bytes);
	}

	/** Gives all back, and counts nothing from now on. */
	void release() {
		this.released = true;
		this.reception.release();
	}

}
