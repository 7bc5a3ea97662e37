package io.rivetevents.connection;

import io.rivetevents.protocol.SafeText;

/**
 * A request to a client that has got no answer, or none that can be used. Unless an
 * action handles it, its caller is told of an internal error.
 *
 * @since 0.1.0
 */
public final class ClientRequestException extends RuntimeException {

	private final Reason reason;

	/** Why there is no answer. */
	public enum Reason {

		/** The connection has ended. */
		CANCELLED,

		/** The client has not answered in time, or does not know requests. */
		TIMEOUT,

		/** The answer does not fit the type that was asked for. */
		BAD_RESULT,

		/**
		 * The client says that it has nobody who answers this, or that its answer failed.
		 */
		UNPROCESSED,

		/** Too many requests wait for this client already. */
		OVERLOADED

	}

	/** Characters of the message that are kept. */
	private static final int MAX_LENGTH = 1000;

	public ClientRequestException(Reason reason, String message) {
		super(SafeText.of(message, MAX_LENGTH)); // may be what the client said
		this.reason = reason;
	}

	/**
	 * Return why there is no answer.
	 */
	public Reason reason() {
		return this.reason;
	}

}
