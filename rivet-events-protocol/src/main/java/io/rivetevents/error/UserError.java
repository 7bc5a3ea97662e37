package io.rivetevents.error;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ErrorCode;

/**
 * What an application throws on purpose for a client: it arrives there with its code,
 * message and metadata, in group {@code user}. Every other exception of an action is
 * masked.
 *
 * @since 0.1.0
 */
public class UserError extends RivetException {

	/**
	 * Create an error with code {@code user_error}.
	 * @param message text for people
	 */
	public UserError(String message) {
		this(ErrorCode.USER_ERROR.code(), message, null);
	}

	/**
	 * Create an error.
	 * @param code what programs tell it by
	 * @param message text for people
	 */
	public UserError(String code, String message) {
		this(code, message, null);
	}

	/**
	 * Create an error.
	 * @param code what programs tell it by
	 * @param message text for people
	 * @param metadata value for programs, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
	 */
	public UserError(String code, String message, @Nullable Object metadata) {
		super(ErrorCode.USER_ERROR.group(), code, ErrorCode.USER_ERROR.status(), message, metadata, true);
	}

}
