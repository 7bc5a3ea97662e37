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
 * What the endpoint shows besides the node, and its parameters.
 */
enum View {

	/** The instances of an actor. */
	INSTANCES("actor", "namespace", "after", "limit"),

	/** One instance. */
	INSTANCE("actor", "key", "namespace"),

	/** The connections of a user, or one connection. */
	CONNECTIONS("user", "issuer", "connection", "after", "limit"),

	/** The recorded deliveries of one instance. */
	DELIVERIES("actor", "key", "namespace", "event", "position", "connection", "limit"),

	/** The owners that use most of each limit. */
	LIMITS();

	private final List<String> parameters;

	View(String... parameters) {
		this.parameters = List.of(parameters);
	}

	/** Returns the view of a path segment, {@code null} if there is none. */
	static @Nullable View of(String segment) {
		return Stream.of(values()).filter((view) -> view.segment().equals(segment)).findFirst().orElse(null);
	}

	/** Returns the segment of the path. */
	String segment() {
		return name().toLowerCase(Locale.ROOT);
	}

	List<String> parameters() {
		return this.parameters;
	}

}
