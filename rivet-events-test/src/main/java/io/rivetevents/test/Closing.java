/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;

/**
 * The end of a connection of a test. Immutable.
 *
 * @since 0.1.0
 */
public final class Closing {

	private final String connection;

	private final @Nullable CloseReason reason;

	Closing(String connection, @Nullable CloseReason reason) {
		this.connection = connection;
		this.reason = reason;
	}

	/**
	 * Expects a reason.
	 * @param reason group and code, such as {@code actor.restarting}, or the text that
	 * the application has given
	 */
	public Closing withReason(String reason) {
		if (this.reason == null || !this.reason.reason().equals(reason)) {
			throw new AssertionError("Expected that %s is closed with %s, but it was %s".formatted(this.connection,
					reason, (this.reason != null) ? "closed with " + this.reason.reason() : "cut"));
		}
		return this;
	}

	/**
	 * Returns the reason, {@code null} if the connection was cut.
	 */
	public @Nullable String reason() {
		return (this.reason != null) ? this.reason.reason() : null;
	}

	@Override
	public String toString() {
		return "end of %s: %s".formatted(this.connection, this.reason);
	}

}
