/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.value.WireValues;

/**
 * Converts the text of {@link DefaultValue} to a value that a client could send.
 */
final class DefaultArgument {

	private DefaultArgument() {
	}

	static boolean isOn(MethodParameter parameter) {
		return annotation(parameter).isPresent();
	}

	private static MergedAnnotation<DefaultValue> annotation(MethodParameter parameter) {
		return MergedAnnotations.from(parameter.getParameterAnnotations()).get(DefaultValue.class);
	}

	/**
	 * Checks a parameter that does not take a single argument of a client.
	 * @throws InvalidActorException if it has a default
	 */
	static void refuse(MethodParameter parameter) {
		if (isOn(parameter)) {
			throw new InvalidActorException(parameter,
					"its @DefaultValue has no effect: only a parameter for one argument of an action has a default",
					"Remove @DefaultValue from the parameter");
		}
	}

	/**
	 * Returns the argument that replaces a missing one.
	 * @param parameter takes an argument of a client
	 * @param conversion converts arguments to its type, or throws a
	 * {@link RivetException}
	 * @return the argument, {@code null} if there is none
	 * @throws InvalidActorException if the text does not fit the type
	 */
	static @Nullable JsonNode of(MethodParameter parameter, Function<JsonNode, @Nullable Object> conversion) {
		MergedAnnotation<DefaultValue> annotation = annotation(parameter);
		if (!annotation.isPresent()) {
			return null;
		}
		String text = annotation.getString(MergedAnnotation.VALUE);
		String problem = "";
		for (JsonNode candidate : candidates(parameter, text)) {
			try {
				conversion.apply(candidate);
				return candidate;
			}
			catch (RivetException ex) {
				problem = problem.isEmpty() ? ex.text() : problem;
			}
		}
		throw misfit(parameter, text, problem);
	}

	private static InvalidActorException misfit(MethodParameter parameter, String text, String problem) {
		return new InvalidActorException(parameter,
				"its @DefaultValue(\"%s\") does not fit its type: %s".formatted(text, problem),
				"Change the text of @DefaultValue, or the type of the parameter");
	}

	/** Possible values of the text, the most probable first. */
	private static List<JsonNode> candidates(MethodParameter parameter, String text) {
		Class<?> type = valueType(parameter);
		if (type == Duration.class) {
			return List.of(duration(parameter, text));
		}
		JsonNode plain = StringNode.valueOf(text);
		if (CharSequence.class.isAssignableFrom(type) || type == char.class || type == Character.class) {
			return List.of(plain);
		}
		List<JsonNode> candidates = new ArrayList<>(List.of(plain));
		// a number would be the ordinal of a constant
		candidates.addAll(type.isEnum() ? 1 : 0, json(text));
		return candidates;
	}

	private static Class<?> valueType(MethodParameter parameter) {
		ResolvableType type = ResolvableType.forMethodParameter(parameter);
		return (type.resolve() == Optional.class) ? type.getGeneric(0).resolve(Object.class)
				: type.resolve(Object.class);
	}

	private static JsonNode duration(MethodParameter parameter, String text) {
		try {
			return StringNode.valueOf(DurationFormatterUtils.detectAndParse(text).toString());
		}
		catch (IllegalArgumentException ex) {
			throw misfit(parameter, text, "use a value such as 30s or 5m");
		}
	}

	private static List<JsonNode> json(String text) {
		try {
			return List.of(WireValues.decodeJson(text));
		}
		catch (RivetException ex) {
			return List.of();
		}
	}

}
