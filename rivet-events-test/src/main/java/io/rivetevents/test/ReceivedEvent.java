/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.List;

import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.test.json.JsonContent;
import org.springframework.test.json.JsonContentAssert;
import org.springframework.test.json.JsonPathValueAssert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.test.node.Inbox;

/**
 * An event that a client of a test has received. {@code assertThat(event)} asserts its
 * arguments as a JSON array: {@code assertThat(event).extractingPath("$[0].text")}.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class ReceivedEvent implements AssertProvider<JsonContentAssert> {

	private final ToClient.Event event;

	private final ValueMapper mapper;

	ReceivedEvent(ToClient.Event event, ValueMapper mapper) {
		this.event = event;
		this.mapper = mapper;
	}

	/**
	 * Returns the name of the event.
	 */
	public String name() {
		return this.event.name();
	}

	/**
	 * Returns the arguments of the event as JSON.
	 */
	public List<JsonNode> args() {
		return this.event.args();
	}

	/**
	 * Converts an argument of the event.
	 * @param index its index, from 0
	 * @param type its type
	 * @return the argument, {@code null} if it is null
	 * @throws AssertionError if there is no such argument, or if it does not fit the type
	 */
	public <T> @Nullable T arg(int index, Class<T> type) {
		if (index >= this.event.args().size()) {
			throw new AssertionError("The event %s has no argument %d".formatted(this, index));
		}
		return Values.convert(this.mapper, this.event.args().get(index), type, this::toString);
	}

	/**
	 * Begins an assertion about a part of the arguments.
	 * @param expression JSON path into the array of arguments, such as {@code $[0].text}
	 */
	public JsonPathValueAssert path(String expression) {
		return assertThat().extractingPath(expression);
	}

	@Override
	public JsonContentAssert assertThat() {
		return new JsonContent("[%s]".formatted(Inbox.list(this.event.args()))).assertThat();
	}

	/**
	 * Returns name and arguments of the event.
	 */
	@Override
	public String toString() {
		return "%s(%s)".formatted(this.event.name(), Inbox.list(this.event.args()));
	}

}
