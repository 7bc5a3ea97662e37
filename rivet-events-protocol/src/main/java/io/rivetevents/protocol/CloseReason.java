/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reason for closing a connection. RivetKit clients use only the text, not the code:
 * <ul>
 * <li>A client that was connected reconnects at once after any reason. It fails its
 * pending actions, with the error of the reason if it has the form {@code group.code}.
 * <li>A client that was not yet connected, or is reconnecting, retries after the reasons
 * that are marked so here. After any other reason, or without one, it gives up
 * permanently.
 * </ul>
 *
 * @param code code of the close frame
 * @param reason text of the close frame, at most {@value #MAX_BYTES} bytes of UTF-8; a
 * longer one is cut between two characters
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-7.4">RFC 6455: status
 * codes</a>
 * @since 0.1.0
 */
public record CloseReason(int code, String reason) {

	/** A normal end of the connection, not an error. */
	public static final int NORMAL = 1000;

	/** The client requests something that the server does not support. */
	public static final int UNSUPPORTED = 1003;

	/** A text message that is not UTF-8. */
	public static final int INVALID_TEXT = 1007;

	/** An error, with {@code group.code} as the reason. */
	public static final int ERROR = 1011;

	/**
	 * RFC 6455, section 5.5: a control frame has at most 125 bytes, including the code.
	 */
	private static final int MAX_BYTES = 123;

	private static final int MAX_BYTES_PER_CHAR = 3;

	public CloseReason {
		reason = (reason.length() * MAX_BYTES_PER_CHAR <= MAX_BYTES) ? reason : cut(reason);
	}

	/**
	 * Returns the reason for a connection that the application closes. A client that is
	 * not yet connected gives up.
	 * @param reason plain text of the reason
	 */
	public static CloseReason disconnected(String reason) {
		return new CloseReason(NORMAL, reason);
	}

	/**
	 * Returns the reason for an error. A client that is not yet connected retries after
	 * {@link ErrorCode#RESTARTING} and {@link ErrorCode#STOPPED}, and if it connects by
	 * key, after {@link ErrorCode#ACTOR_NOT_FOUND}. It gives up after any other error.
	 * @param code the error
	 */
	public static CloseReason of(ErrorCode code) {
		return new CloseReason(ERROR, code.reason());
	}

	/**
	 * Returns the reason for an encoding that the server does not support. The client
	 * gives up.
	 */
	public static CloseReason unsupportedEncoding() {
		return new CloseReason(UNSUPPORTED, ErrorCode.UNSUPPORTED_WEBSOCKET_ENCODING.reason());
	}

	/**
	 * Returns the reason for a text message that is not UTF-8. The client handles it like
	 * {@link ErrorCode#INVALID_REQUEST}, the reason for any other undecodable message.
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-8.1">RFC 6455, section
	 * 8.1</a>
	 */
	public static CloseReason invalidText() {
		return new CloseReason(INVALID_TEXT, ErrorCode.INVALID_REQUEST.reason());
	}

	/**
	 * Returns what a client should do.
	 */
	public ReconnectAdvice advice() {
		ErrorCode known = (this.code == ERROR || this.code == INVALID_TEXT) ? ErrorCode.ofReason(this.reason) : null;
		return (known != null) ? known.advice() : ReconnectAdvice.NEVER;
	}

	/** The encoder stops before the first character that does not fit completely. */
	private static String cut(String reason) {
		ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
		StandardCharsets.UTF_8.newEncoder()
			.onMalformedInput(CodingErrorAction.REPLACE)
			.encode(CharBuffer.wrap(reason), bytes, true);
		return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
	}

	/** Returns the reason on one line, for the log. */
	@Override
	public String toString() {
		return "%d %s".formatted(this.code, SafeText.of(this.reason));
	}

}
