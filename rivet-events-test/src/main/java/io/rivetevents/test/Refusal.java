/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.jspecify.annotations.Nullable;
import org.assertj.core.api.AssertProvider;
import org.springframework.test.json.JsonContent;
import org.springframework.test.json.JsonContentAssert;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.test.node.Inbox;

/**
 * The error with which the server has refused an action, a subscription or a client.
 * {@code assertThat(refusal)} asserts its metadata as JSON. Immutable.
 *
 * @since 0.1.0
 */
public final class Refusal implements AssertProvider<JsonContentAssert> {

	private final String what;

	private final ToClient.Error error;

	/**
	 * Creates a refusal.
	 * @param what what was refused, for messages
	 * @param error the error
	 */
	Refusal(String what, ToClient.Error error) {
		this.what = what;
		this.error = error;
	}

	/**
	 * Expects a code.
	 * @param code group and code, such as {@code auth.forbidden}, or a code alone
	 */
	public Refusal withCode(String code) {
		boolean same = code.equals(code()) || code.equals(this.error.code());
		return expect(same, "the code", code, code());
	}

	/**
	 * Expects a message.
	 * @param text the text, or a part of it
	 */
	public Refusal withMessage(String text) {
		return expect(message().contains(text), "the message", text, message());
	}

	private Refusal expect(boolean fits, String part, String expected, String actual) {
		if (!fits) {
			throw new AssertionError("Expected that %s is refused with %s %s, but it was refused with %s".formatted(
					this.what, part, expected,
					Inbox.describe(this.error) + (Inbox.describe(this.error).contains(actual) ? "" : ": " + actual)));
		}
		return this;
	}

	/**
	 * Returns group and code, such as {@code auth.forbidden}.
	 */
	public String code() {
		return this.error.group() + "." + this.error.code();
	}

	/**
	 * Returns the message, which is for people.
	 */
	public String message() {
		return this.error.message();
	}

	@Override
	public JsonContentAssert assertThat() {
		@Nullable Object metadata = this.error.metadata();
		return new JsonContent(String.valueOf(metadata)).assertThat();
	}

	@Override
	public String toString() {
		return "%s refused: %s".formatted(this.what, Inbox.describe(this.error));
	}

}
