/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * Counts the memory that one connection of the server and its requests use, as a part of
 * what all of them may use. A request counts with its headers and the objects that the
 * server creates for it. Event streams and WebSockets count as connections of actors
 * instead. Used only on the thread of the connection.
 */
final class ConnectionMemory {

	/** Bytes of a connection with its handlers: measured, rounded up. */
	private static final int CONNECTION = 8 * 1024;

	/** Additional bytes of an HTTP/2 connection, for flow control and header tables. */
	private static final int HTTP2 = 24 * 1024;

	/**
	 * Bytes of a request until it is answered, without its headers: measured with Spring
	 * Security and observations, rounded up.
	 */
	static final int REQUEST = 24 * 1024;

	/** Bytes of a header in addition to its text. */
	static final int PART = 128;

	/**
	 * Eighths of the memory that are available to requests that wait for their clients.
	 */
	private static final int EIGHTHS = 6;

	/**
	 * Eighths that are available to new connections; the rest is for complete requests.
	 */
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
	 * Returns how many bytes headers use.
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
	 * Updates the used memory.
	 * @return whether the limit allows it; if not, the previous amount counts
	 */
	boolean count() {
		return this.released || this.reception.set(this.stream ? 0 : this.connection + this.head + this.requests);
	}

	/**
	 * Returns whether the memory for requests that wait for their clients is used up; the
	 * rest is reserved for complete requests.
	 */
	boolean isScarce() {
		return this.limits.requests().isBeyond(EIGHTHS);
	}

	/**
	 * Returns whether there is memory for something that waits for its client. Counts an
	 * exceeded limit if not.
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
	 * @return whether there is memory for it
	 */
	boolean open() {
		if (this.limits.requests().isBeyond(EIGHTHS_WITH_CONNECTIONS)) {
			this.limits.requests().hit();
			return false;
		}
		return count();
	}

	/** Marks the connection as an HTTP/2 connection. */
	void setHttp2() {
		this.connection = CONNECTION + HTTP2;
		count();
	}

	/** Sets whether the answer is an event stream. */
	void setStream(boolean stream) {
		this.stream = stream;
		count();
	}

	/**
	 * Adds bytes of an incomplete head.
	 * @return whether there is memory for them
	 */
	boolean addHead(int bytes) {
		this.head += bytes;
		return count() && mayWait();
	}

	/** Ends the head, which counts with its request from then on. */
	void endHead() {
		this.head = 0;
	}

	/**
	 * Sets how many bytes all unanswered requests use.
	 * @return whether there is memory for them; if not, the previous amount counts
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
	 * Adds the bytes of a request; a negative number releases them.
	 * @return whether there is memory for them; if not, the previous amount counts
	 */
	boolean addRequests(long bytes) {
		return setRequests(this.requests + bytes);
	}

	/** Releases everything. Nothing is counted afterwards. */
	void release() {
		this.released = true;
		this.reception.release();
	}

}
