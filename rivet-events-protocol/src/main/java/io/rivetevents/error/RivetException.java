package io.rivetevents.error;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * Something that a client is told as it is. One that is made of an {@link ErrorCode} has
 * no stack trace: it says what is wrong with a request, not where in the server that was
 * found.
 *
 * @since 0.1.0
 */
public class RivetException extends RuntimeException {

	/** Characters of a text that are logged. */
	private static final int MAX_LOGGED = 1000;

	private final String group;

	private final String code;

	private final int status;

	private final transient @Nullable Object metadata;

	/**
	 * Create the exception with the message that the code has of itself.
	 * @param code what is wrong
	 */
	public RivetException(ErrorCode code) {
		this(code, code.message(), null);
	}

	/**
	 * Create the exception.
	 * @param code what is wrong
	 * @param message text for people
	 */
	public RivetException(ErrorCode code, String message) {
		this(code, message, null);
	}

	/**
	 * Create the exception.
	 * @param code what is wrong
	 * @param message text for people
	 * @param metadata value for programs, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
	 */
	public RivetException(ErrorCode code, String message, @Nullable Object metadata) {
		this(code.group(), code.code(), code.status(), message, metadata, false);
	}

	/**
	 * Create the exception of an application's own error.
	 * @param group group of the error
	 * @param code code of the error, which is unique within its group
	 * @param status HTTP status of an answer
	 * @param message text for people
	 * @param metadata value for programs, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
	 * @since 0.1.0
	 */
	public RivetException(String group, String code, int status, String message, @Nullable Object metadata) {
		this(group, code, status, message, metadata, false);
	}

	RivetException(String group, String code, int status, String message, @Nullable Object metadata,
			boolean stackTrace) {
		super(message, null, stackTrace, stackTrace);
		this.group = group;
		this.code = code;
		this.status = status;
		this.metadata = metadata;
	}

	/**
	 * Return the group of the error.
	 */
	public String group() {
		return this.group;
	}

	/**
	 * Return the code of the error, which is unique within its group.
	 */
	public String code() {
		return this.code;
	}

	/**
	 * Returns the reason to close a connection with, an error. As for
	 * {@link CloseReason#of(ErrorCode)} the group and code decide whether a client tries
	 * again.
	 */
	public CloseReason closeReason() {
		return new CloseReason(CloseReason.ERROR, this.group + "." + this.code);
	}

	/**
	 * Return the HTTP status of an answer.
	 */
	public int status() {
		return this.status;
	}

	/**
	 * Return the value for programs, {@code null} for none. It does not survive
	 * serialization.
	 */
	public @Nullable Object metadata() {
		return this.metadata;
	}

	/**
	 * Return the text for people, as the client gets it.
	 */
	public String text() {
		return String.valueOf(super.getMessage());
	}

	/**
	 * Return the text for the log: that of {@link #text()} on one line, of bounded
	 * length, since it may hold what a client sent.
	 */
	@Override
	public String getMessage() {
		return SafeText.of(text(), MAX_LOGGED);
	}

	@Override
	public String toString() {
		return "%s.%s: %s".formatted(SafeText.of(this.group), SafeText.of(this.code), getMessage());
	}

}
