/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.error;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ErrorCode;

/**
 * An argument of an action does not match its type or its constraints. The client
 * receives {@code actor.validation_error}.
 *
 * @since 0.1.0
 */
public final class InvalidArgumentException extends RivetException {

	private final int index;

	private final transient @Nullable JsonNode value;

	/**
	 * Creates the exception.
	 * @param message message for the client
	 * @param metadata the violations, as {@code {"violations": [{"path", "message"}]}}
	 * @param index position of the first invalid argument, from 0; with too many
	 * arguments, the position of the first surplus one
	 * @param value this argument as it was sent, {@code null} if it is missing
	 */
	public InvalidArgumentException(String message, Object metadata, int index, @Nullable JsonNode value) {
		super(ErrorCode.VALIDATION_ERROR, message, metadata);
		this.index = index;
		this.value = value;
	}

	/**
	 * Returns the position of the first invalid argument, from 0.
	 */
	public int index() {
		return this.index;
	}

	/**
	 * Returns the first invalid argument as it was sent, {@code null} if it is missing.
	 * It is lost on serialization.
	 */
	public @Nullable JsonNode value() {
		return this.value;
	}

}
