/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.placement.inspection.InstanceState;

/**
 * Replaces the values in the states of instances that are not to be shown, as Spring Boot
 * does for properties. The key of a value is {@code rivet.state.}, the name of the actor
 * and the path of the value, such as {@code rivet.state.chatRoom.users[0].password}.
 * Names of fields are always shown. Safe for use by several threads. Public for the
 * inspector alone.
 */
public final class StateSanitizer {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(StateSanitizer.class));

	private static final String PREFIX = "rivet.state.";

	private final Sanitizer sanitizer;

	private final ValueMapper mapper;

	/**
	 * Creates a sanitizer.
	 * @param functions what the application replaces, in their order
	 * @param mapper reads states
	 */
	public StateSanitizer(Iterable<SanitizingFunction> functions, ValueMapper mapper) {
		this.sanitizer = new Sanitizer(functions);
		this.mapper = mapper;
	}

	/**
	 * Returns a state of which some values are replaced. A state that cannot be shown is
	 * described.
	 * @param actor name of the actor
	 * @param state the state
	 * @param shown whether to show the values that no function replaces
	 */
	ShownState sanitize(String actor, InstanceState state, boolean shown) {
		byte[] json = state.json();
		byte[] complete = (json == null || state.whole()) ? json : CutJson.close(json);
		if (complete == null) {
			return (json != null) ? ShownState.beginning(null) : ShownState.problem(state.problem());
		}
		try {
			Object value = sanitize(PREFIX + actor, this.mapper.readStoredTree(complete), shown);
			return state.whole() ? ShownState.whole(value, complete.length) : ShownState.beginning(value);
		}
		catch (RuntimeException ex) {
			failures.error(ex, () -> "A state of actor %s cannot be shown".formatted(actor));
			return ShownState.problem((ex instanceof JacksonException) ? "The state is not valid JSON"
					: "The state cannot be sanitized: " + ex.getClass().getName());
		}
	}

	/**
	 * Returns a value of which some parts are replaced.
	 * @param path key of the value
	 * @param node the value
	 * @param shown whether to show the parts that no function replaces
	 */
	public @Nullable Object sanitize(String path, JsonNode node, boolean shown) {
		if (node.isObject()) {
			Map<String, @Nullable Object> fields = new LinkedHashMap<>();
			node.properties()
				.forEach((field) -> fields.put(field.getKey(),
						sanitize(path + "." + field.getKey(), field.getValue(), shown)));
			return fields;
		}
		if (node.isArray()) {
			List<@Nullable Object> elements = new ArrayList<>(node.size());
			for (int i = 0; i < node.size(); i++) {
				elements.add(sanitize(path + "[" + i + "]", node.get(i), shown));
			}
			return elements;
		}
		return this.sanitizer.sanitize(new SanitizableData(null, path, value(node)), shown);
	}

	private static @Nullable Object value(JsonNode node) {
		if (node.isNumber()) {
			return node.numberValue();
		}
		if (node.isBoolean()) {
			return node.booleanValue();
		}
		return node.isNull() ? null : node.asString();
	}

}
