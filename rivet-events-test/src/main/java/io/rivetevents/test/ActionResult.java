/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.test.json.JsonContent;
import org.springframework.test.json.JsonContentAssert;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.test.node.Inbox;

/**
 * A call of an action by a client of a test: its result, once it is there.
 * {@code assertThat(result)} expects a reply and asserts it as JSON. Used by one thread.
 *
 * @since 0.1.0
 */
public final class ActionResult implements AssertProvider<JsonContentAssert> {

	private final TestConnection connection;

	private final String action;

	private final long id;

	private final boolean oneWay;

	private @Nullable ToClient answer;

	ActionResult(TestConnection connection, String action, long id, boolean oneWay) {
		this.connection = connection;
		this.action = action;
		this.id = id;
		this.oneWay = oneWay;
	}

	/**
	 * Expects a reply, with or without a value.
	 * @throws AssertionError if the action was refused or is not answered
	 */
	public ActionResult expectReply() {
		reply();
		return this;
	}

	/**
	 * Expects a reply with a value.
	 * @param value the value; compared in the form in which clients receive it
	 * @throws AssertionError if there is another reply, or none
	 */
	public ActionResult expectReply(@Nullable Object value) {
		JsonNode expected = Values.received(mapper(), value);
		JsonNode reply = reply();
		if (!expected.equals(reply)) {
			throw this.connection
				.failure("the action %s replies %s, but it has replied %s".formatted(this.action, expected, reply));
		}
		return this;
	}

	/**
	 * Expects a reply, and converts its value.
	 * @param type type of the value
	 * @return the value, {@code null} if there is none
	 * @throws AssertionError if the action was refused or is not answered, or if the
	 * value does not fit the type
	 */
	public <T> @Nullable T value(Class<T> type) {
		JsonNode reply = reply();
		return Values.convert(mapper(), reply, type, () -> "The reply %s of %s".formatted(reply, this.action));
	}

	/**
	 * Expects that the action is refused.
	 * @return the error
	 * @throws AssertionError if it was replied to or is not answered
	 */
	public Refusal expectRefused() {
		ToClient answer = answer();
		if (answer instanceof ToClient.Error error) {
			return new Refusal("the action %s".formatted(this.action), error);
		}
		throw this.connection.failure(
				"the action %s is refused, but the server sent the %s".formatted(this.action, Inbox.describe(answer)));
	}

	/**
	 * Expects that the action is neither replied to nor refused yet.
	 */
	public ActionResult expectNoAnswer() {
		ToClient answer = this.connection.answered(this);
		if (answer != null) {
			throw this.connection.failure("the action %s is not answered, but the server sent the %s"
				.formatted(this.action, Inbox.describe(answer)));
		}
		return this;
	}

	JsonNode reply() {
		ToClient answer = answer();
		if (answer instanceof ToClient.ActionResponse response) {
			JsonNode output = response.output();
			return (output != null) ? output : NullNode.getInstance();
		}
		throw this.connection.failure("the action %s is replied to, but the server sent the %s".formatted(this.action,
				Inbox.describe(answer)));
	}

	private ToClient answer() {
		ToClient present = this.answer;
		if (present == null) {
			present = this.connection.awaitAnswer(this);
			this.answer = present;
		}
		return present;
	}

	/** Returns the message if it is the answer, {@code null} if it is another one. */
	@Nullable ToClient answerIn(ToClient message) {
		if (message instanceof ToClient.ActionResponse response) {
			return (response.id() == this.id) ? response : null;
		}
		boolean refused = message instanceof ToClient.Error error && error.actionId() != null
				&& error.actionId() == this.id;
		return refused ? message : null;
	}

	boolean isOneWay() {
		return this.oneWay;
	}

	String action() {
		return this.action;
	}

	private ValueMapper mapper() {
		return this.connection.mapper();
	}

	@Override
	public JsonContentAssert assertThat() {
		return new JsonContent(reply().toString()).assertThat();
	}

	@Override
	public String toString() {
		return "call of %s by %s".formatted(this.action, this.connection);
	}

}
