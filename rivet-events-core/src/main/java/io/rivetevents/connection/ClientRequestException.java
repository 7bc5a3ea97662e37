/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import io.rivetevents.protocol.SafeText;

/**
 * Thrown when a request to a client has received no answer or an invalid one. If an
 * action does not handle it, the caller of the action receives an internal error.
 *
 * @since 0.1.0
 */
public final class ClientRequestException extends RuntimeException {

	private final Reason reason;

	/** Why there is no valid answer. */
	public enum Reason {

		/** The connection has ended. */
		CANCELLED,

		/** The client has not answered in time, or does not support requests. */
		TIMEOUT,

		/** The answer cannot be converted to the requested type. */
		BAD_RESULT,

		/**
		 * The client has no handler for the request, or the handler failed.
		 */
		UNPROCESSED,

		/** Too many requests to this client are pending. */
		OVERLOADED

	}

	/** Maximum length of the message, in characters. */
	private static final int MAX_LENGTH = 1000;

	public ClientRequestException(Reason reason, String message) {
		super(SafeText.of(message, MAX_LENGTH)); // may be text of the client
		this.reason = reason;
	}

	/**
	 * Returns why there is no valid answer.
	 */
	public Reason reason() {
		return this.reason;
	}

}
