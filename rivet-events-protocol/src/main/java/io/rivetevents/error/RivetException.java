/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.error;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * An error that a client receives unchanged. An exception with an {@link ErrorCode} has
 * no stack trace: it describes what is wrong with a request, not the place in the server
 * where it was found.
 */
public class RivetException extends RuntimeException {

	/** Maximum length of a logged message, in characters. */
	private static final int MAX_LOGGED = 1000;

	private final String group;

	private final String code;

	private final int status;

	private final transient @Nullable Object metadata;

	/**
	 * Creates the exception with the message of the code.
	 * @param code the error code
	 */
	public RivetException(ErrorCode code) {
		this(code, code.message(), null);
	}

	/**
	 * Creates the exception.
	 * @param code the error code
	 * @param message message for the client
	 */
	public RivetException(ErrorCode code, String message) {
		this(code, message, null);
	}

	/**
	 * Creates the exception.
	 * @param code the error code
	 * @param message message for the client
	 * @param metadata machine-readable details, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
	 */
	public RivetException(ErrorCode code, String message, @Nullable Object metadata) {
		this(code.group(), code.code(), code.status(), message, metadata, false);
	}

	/**
	 * Creates the exception for an error of the application.
	 * @param group group of the error
	 * @param code code of the error, unique within its group
	 * @param status HTTP status of the response
	 * @param message message for the client
	 * @param metadata machine-readable details, converted with the application's
	 * {@code JsonMapper}; {@code null} for none
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
	 * Returns the group of the error.
	 */
	public String group() {
		return this.group;
	}

	/**
	 * Returns the code of the error, which is unique within its group.
	 */
	public String code() {
		return this.code;
	}

	/**
	 * Returns the reason for closing a connection because of this error. As for
	 * {@link CloseReason#of(ErrorCode)}, the group and code determine whether a client
	 * reconnects.
	 */
	public CloseReason closeReason() {
		return new CloseReason(CloseReason.ERROR, this.group + "." + this.code);
	}

	/**
	 * Returns the HTTP status of the response.
	 */
	public int status() {
		return this.status;
	}

	/**
	 * Returns the machine-readable details, {@code null} for none. They are lost on
	 * serialization.
	 */
	public @Nullable Object metadata() {
		return this.metadata;
	}

	/**
	 * Returns the message as the client receives it.
	 */
	public String text() {
		return String.valueOf(super.getMessage());
	}

	/**
	 * Returns the message for the log: {@link #text()} on one line of limited length,
	 * because it may contain text of a client.
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
