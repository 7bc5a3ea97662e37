package io.rivetevents.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Why a connection is closed. A RivetKit client that was connected comes back at once
 * whatever the code and reason; one that was not yet connected comes back only for the
 * reasons that the protocol document lists in section 8.4, and gives up for the others.
 *
 * @param code code of the close frame
 * @param reason text of the close frame, at most {@value #MAX_BYTES} bytes of UTF-8; a
 * longer one is cut
 */
public record CloseReason(int code, String reason) {

	/** A server or client that is done: the connection has served its purpose. */
	public static final int NORMAL = 1000;

	/** An encoding that the server does not know. The client gives up. */
	public static final int UNSUPPORTED = 1003;

	/** An error, told by the reason as {@code group.code}. */
	public static final int ERROR = 1011;

	/** RFC 6455, 5.5.1: what a control frame leaves for the reason. */
	private static final int MAX_BYTES = 123;

	public CloseReason {
		reason = cut(reason);
	}

	/**
	 * Return the reason for a connection that the application closes.
	 * @param reason its text
	 */
	public static CloseReason disconnected(String reason) {
		return new CloseReason(NORMAL, reason);
	}

	/**
	 * Return the reason for an error.
	 * @param code what is wrong
	 */
	public static CloseReason of(ErrorCode code) {
		return new CloseReason(ERROR, code.reason());
	}

	/**
	 * Return the reason for an error.
	 * @param ex what is wrong
	 */
	public static CloseReason of(RivetException ex) {
		return new CloseReason(ERROR, ex.group() + "." + ex.code());
	}

	/**
	 * Return the reason for an unknown encoding.
	 */
	public static CloseReason unsupportedEncoding() {
		return new CloseReason(UNSUPPORTED, ErrorCode.UNSUPPORTED_WEBSOCKET_ENCODING.reason());
	}

	/** The encoder stops before the first character that does not fit whole. */
	private static String cut(String reason) {
		ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
		StandardCharsets.UTF_8.newEncoder()
			.onMalformedInput(java.nio.charset.CodingErrorAction.REPLACE)
			.encode(CharBuffer.wrap(reason), bytes, true);
		return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
	}

}
