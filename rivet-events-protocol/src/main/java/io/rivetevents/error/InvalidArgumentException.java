package io.rivetevents.error;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ErrorCode;

/**
 * An argument of an action that does not fit its type or its constraints; told as
 * {@code actor.validation_error}.
 *
 * @since 0.1.0
 */
public final class InvalidArgumentException extends RivetException {

	private final int index;

	private final transient @Nullable JsonNode value;

	/**
	 * Create the exception.
	 * @param message text for people
	 * @param metadata the violations, as {@code {"violations": [{"path", "message"}]}}
	 * @param index position of the first argument that is wrong, from 0; the first one
	 * too many if there are too many
	 * @param value that argument as it was sent, {@code null} if it is missing
	 */
	public InvalidArgumentException(String message, Object metadata, int index, @Nullable JsonNode value) {
		super(ErrorCode.VALIDATION_ERROR, message, metadata);
		this.index = index;
		this.value = value;
	}

	/**
	 * Return the position of the first argument that is wrong, from 0.
	 */
	public int index() {
		return this.index;
	}

	/**
	 * Return that argument as it was sent, {@code null} if it is missing. It does not
	 * survive serialization.
	 */
	public @Nullable JsonNode value() {
		return this.value;
	}

}
