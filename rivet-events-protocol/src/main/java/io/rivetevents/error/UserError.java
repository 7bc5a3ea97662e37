/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.error;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ErrorCode;

/**
 * An error that an application throws for a client. The client receives its code, message
 * and metadata, in group {@code user}. Any other exception of an action is masked.
 *
 * @since 0.1.0
 */
public class UserError extends RivetException {

	/**
	 * Creates an error with code {@code user_error}.
	 * @param message message for the client
	 */
	public UserError(String message) {
		this(ErrorCode.USER_ERROR.code(), message, null);
	}

	/**
	 * Creates an error.
	 * @param code code of the error, unique within the group {@code user}
	 * @param message message for the client
	 */
	public UserError(String code, String message) {
		this(code, message, null);
	}

	/**
	 * Creates an error.
	 * @param code code of the error, unique within the group {@code user}
	 * @param message message for the client
	 * @param metadata machine-readable details, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
	 */
	public UserError(String code, String message, @Nullable Object metadata) {
		super(ErrorCode.USER_ERROR.group(), code, ErrorCode.USER_ERROR.status(), message, metadata, true);
	}

}
