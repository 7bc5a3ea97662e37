package io.rivetevents.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Why a connection is closed. RivetKit clients look at the text alone, never at the code:
 * <ul>
 * <li>One that was connected comes back at once, whatever the reason. It fails its
 * running actions, with the error that the reason names if it has the form
 * {@code group.code}.
 * <li>One that was not yet connected, or is trying to come back, tries again for the
 * reasons that are marked so here, and gives up for good for all others and for none.
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

	/** The connection has served its purpose; not an error. */
	public static final int NORMAL = 1000;

	/** The client speaks in a way that the server does not know. */
	public static final int UNSUPPORTED = 1003;

	/** A text message that is no UTF-8. */
	public static final int INVALID_TEXT = 1007;

	/** An error, told by the reason as {@code group.code}. */
	public static final int ERROR = 1011;

	/**
	 * RFC 6455, section 5.5: what a control frame of 125 bytes leaves beside the code.
	 */
	private static final int MAX_BYTES = 123;

	private static final int MAX_BYTES_PER_CHAR = 3;

	public CloseReason {
		reason = (reason.length() * MAX_BYTES_PER_CHAR <= MAX_BYTES) ? reason : cut(reason);
	}

	/**
	 * Return the reason for a connection that the application closes. A client that is
	 * not yet connected gives up.
	 * @param reason its text, plain
	 */
	public static CloseReason disconnected(String reason) {
		return new CloseReason(NORMAL, reason);
	}

	/**
	 * Return the reason for an error. A client that is not yet connected tries again for
	 * {@link ErrorCode#RESTARTING} and {@link ErrorCode#STOPPED}; if it asked by key,
	 * also for {@link ErrorCode#ACTOR_NOT_FOUND}; it gives up for all others.
	 * @param code what is wrong
	 */
	public static CloseReason of(ErrorCode code) {
		return new CloseReason(ERROR, code.reason());
	}

	/**
	 * Return the reason for an encoding that the server does not know. The client gives
	 * up.
	 */
	public static CloseReason unsupportedEncoding() {
		return new CloseReason(UNSUPPORTED, ErrorCode.UNSUPPORTED_WEBSOCKET_ENCODING.reason());
	}

	/**
	 * Return the reason for a text message that is no UTF-8. The client does as for
	 * {@link ErrorCode#INVALID_REQUEST}, which any other unreadable message is told.
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-8.1">RFC 6455, section
	 * 8.1</a>
	 */
	public static CloseReason invalidText() {
		return new CloseReason(INVALID_TEXT, ErrorCode.INVALID_REQUEST.reason());
	}

	/**
	 * Return what a client is to do.
	 */
	public ReconnectAdvice advice() {
		ErrorCode known = (this.code == ERROR || this.code == INVALID_TEXT) ? ErrorCode.ofReason(this.reason) : null;
		return (known != null) ? known.advice() : ReconnectAdvice.NEVER;
	}

	/** The encoder stops before the first character that does not fit whole. */
	private static String cut(String reason) {
		ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
		StandardCharsets.UTF_8.newEncoder()
			.onMalformedInput(CodingErrorAction.REPLACE)
			.encode(CharBuffer.wrap(reason), bytes, true);
		return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
	}

	/** Return it on one line, for the log. */
	@Override
	public String toString() {
		return "%d %s".formatted(this.code, SafeText.of(this.reason));
	}

}
