/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.ActorKey;

/**
 * Checks parameters of the endpoint.
 */
final class Parameters {

	private Parameters() {
	}

	/**
	 * Returns the value of a parameter.
	 * @throws InvalidEndpointRequestException if it is missing or blank
	 */
	static String required(String name, @Nullable String value) {
		if (value == null || value.isBlank()) {
			throw invalid("The parameter '%s' is required".formatted(name));
		}
		return value;
	}

	/**
	 * Returns the value of a parameter, {@code null} if it is missing.
	 * @throws InvalidEndpointRequestException if it is blank
	 */
	static @Nullable String optional(String name, @Nullable String value) {
		if (value != null && value.isBlank()) {
			throw invalid("The parameter '%s' must not be blank".formatted(name));
		}
		return value;
	}

	/**
	 * Returns an address.
	 * @param namespace its namespace, {@code null} for the default
	 * @param actor name of the actor
	 * @param key serialized key, which may be empty
	 * @throws InvalidEndpointRequestException if the actor or the key is missing
	 */
	static ActorAddress address(@Nullable String namespace, @Nullable String actor, @Nullable String key) {
		if (key == null) {
			throw invalid("The parameter 'key' is required");
		}
		return new ActorAddress(namespace(namespace), required("actor", actor), ActorKey.parse(key));
	}

	/** Returns a namespace, the default for {@code null}. */
	static String namespace(@Nullable String namespace) {
		return (namespace != null) ? namespace : ActorAddress.DEFAULT_NAMESPACE;
	}

	/**
	 * Returns a number.
	 * @throws InvalidEndpointRequestException if it is not within the bounds
	 */
	static int between(String name, int value, int min, int max) {
		if (value < min || value > max) {
			throw invalid("The parameter '%s' must be from %d to %d".formatted(name, min, max));
		}
		return value;
	}

	static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

}
