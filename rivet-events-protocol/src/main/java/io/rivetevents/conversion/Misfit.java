/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.lang.invoke.MethodType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.MissingNode;

/**
 * Describes an invalid value of a client, for the client's developer: the field, and the
 * values that it accepts.
 *
 * @param path path from the value to the field: {@code .items[0].kind}; empty for the
 * value itself
 * @param message what is wrong, such as {@code must be one of "A", "B"}
 */
public record Misfit(String path, String message) {

	private static final Map<Class<?>, String> RANGES = Map.of(Byte.class, range(Byte.MIN_VALUE, Byte.MAX_VALUE),
			Short.class, range(Short.MIN_VALUE, Short.MAX_VALUE), Integer.class,
			range(Integer.MIN_VALUE, Integer.MAX_VALUE), AtomicInteger.class,
			range(Integer.MIN_VALUE, Integer.MAX_VALUE), Long.class, range(Long.MIN_VALUE, Long.MAX_VALUE),
			AtomicLong.class, range(Long.MIN_VALUE, Long.MAX_VALUE), BigInteger.class, "must be a whole number",
			OptionalInt.class, range(Integer.MIN_VALUE, Integer.MAX_VALUE), OptionalLong.class,
			range(Long.MIN_VALUE, Long.MAX_VALUE));

	private static final Map<Class<?>, String> SCALARS = Map.of(Boolean.class, "must be true or false", Float.class,
			"must be a number in the range of a float", Double.class, "must be a number", BigDecimal.class,
			"must be a number", OptionalDouble.class, "must be a number", String.class, "must be a string",
			Character.class, "must be a string of one character");

	/** Their string form is shown by an example, as written by the mapper. */
	private static final Map<Class<?>, Object> EXAMPLES = Stream
		.of(Instant.parse("2024-01-02T03:04:05Z"), OffsetDateTime.parse("2024-01-02T03:04:05Z"),
				ZonedDateTime.parse("2024-01-02T03:04:05Z"), LocalDateTime.parse("2024-01-02T03:04:05"),
				LocalDate.parse("2024-01-02"), LocalTime.parse("03:04:05"), OffsetTime.parse("03:04:05Z"),
				Duration.ofMinutes(5), Period.ofDays(1), Year.of(2024), YearMonth.of(2024, 1), MonthDay.of(1, 2),
				new UUID(0x75dc400ebcc64172L, 0x87bd2ea838e0c6bbL), URI.create("https://example.com"), Locale.US,
				Currency.getInstance("EUR"), ZoneOffset.UTC)
		.collect(Collectors.toMap(Object::getClass, Function.identity()));

	private static String range(long from, long to) {
		return "must be a whole number from %d to %d".formatted(from, to);
	}

	/**
	 * Describes an invalid value.
	 * @param value value that the client has sent
	 * @param ex exception of the mapper
	 * @param allowed lists the allowed values
	 */
	static Misfit of(JsonNode value, JacksonException ex, AllowedValues allowed) {
		StringBuilder path = new StringBuilder();
		JsonNode at = value;
		for (JacksonException.Reference step : ex.getPath()) {
			String name = step.getPropertyName();
			path.append((name != null) ? "." + name : "[%d]".formatted(step.getIndex()));
			JsonNode next = (name != null) ? at.get(name) : at.get(step.getIndex());
			at = (next != null) ? next : MissingNode.getInstance();
		}
		return new Misfit(path.toString(), message(at, ex, allowed));
	}

	private static String message(JsonNode at, JacksonException ex, AllowedValues allowed) {
		if (ex instanceof UnrecognizedPropertyException unknown) {
			return "is not a known property; known properties are " + AllowedValues.list(unknown.getKnownPropertyIds());
		}
		if (at.isMissingNode()) {
			return "is missing";
		}
		if (at.isNull()) {
			return "must not be null";
		}
		if (ex instanceof InvalidTypeIdException type && at.isObject()) {
			String message = allowed.typeIds(type.getBaseType());
			return (message != null) ? message : unreadable(at);
		}
		if (ex instanceof AsWritten.Unexpected unexpected) {
			return unexpected.expected();
		}
		Class<?> target = target(ex);
		if (target != null && target.isEnum()) {
			return (at.isObject() ? "has a key that must be one of " : "must be one of ")
					+ AllowedValues.list(allowed.constants(target));
		}
		String expected = (target != null) ? expected(target, allowed) : null;
		return (expected != null) ? expected : unreadable(at);
	}

	private static @Nullable String expected(Class<?> target, AllowedValues allowed) {
		Object example = EXAMPLES.get(target);
		if (example != null) {
			return "must be of the form " + allowed.written(example);
		}
		if (Collection.class.isAssignableFrom(target) || target.isArray()) {
			return "must be an array";
		}
		return Map.class.isAssignableFrom(target) ? "must be an object"
				: RANGES.getOrDefault(target, SCALARS.get(target));
	}

	private static @Nullable Class<?> target(JacksonException ex) {
		Class<?> target = (ex instanceof MismatchedInputException mismatch) ? mismatch.getTargetType()
				: (ex instanceof InputCoercionException coercion) ? coercion.getTargetType() : null;
		return (target != null) ? MethodType.methodType(target).wrap().returnType() : null;
	}

	private static String unreadable(JsonNode at) {
		return "cannot be read from the %s given".formatted(at.getNodeType().name().toLowerCase(Locale.ROOT));
	}

}
