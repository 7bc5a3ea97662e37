/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What the endpoint changes, and its parameters.
 */
enum Command {

	/** Closes a connection. */
	CLOSE("connection", "reason"),

	/** Closes the connections of a user. */
	CLOSE_USER("user", "issuer"),

	/** Puts an instance to sleep. */
	SLEEP("actor", "key", "namespace"),

	/** Rejects new connections. */
	DRAIN,

	/** Records the deliveries of an instance. */
	RECORD("actor", "key", "namespace", "seconds");

	private final List<String> parameters;

	Command(String... parameters) {
		this.parameters = List.of(parameters);
	}

	/** Returns the command of a path segment, {@code null} if there is none. */
	static @Nullable Command of(String segment) {
		return Stream.of(values()).filter((command) -> command.segment().equals(segment)).findFirst().orElse(null);
	}

	/** Returns the segment of the path. */
	String segment() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	List<String> parameters() {
		return this.parameters;
	}

}
