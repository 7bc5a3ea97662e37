/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.deser.std.FromStringWithRadixToNumberDeserializer;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.StringNode;
import tools.jackson.databind.node.TreeTraversingParser;

/**
 * Reads a number, a boolean or an enum only in the form in which the application's mapper
 * writes it for the property.
 */
final class AsWritten extends DelegatingDeserializer {

	/** Same limit as for numbers that are not strings. */
	private static final int MAX_DIGITS = 1000;

	private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");

	/** Java's strings for numbers that JSON does not have. */
	private static final List<String> NOT_FINITE = List.of("NaN", "Infinity", "-Infinity");

	private final WrittenForms forms;

	/**
	 * Creates the deserializer.
	 * @param deserializer reads the usual form
	 * @param forms forms of the application's mapper
	 */
	AsWritten(ValueDeserializer<?> deserializer, WrittenForms forms) {
		super(deserializer);
		this.forms = forms;
	}

	@Override
	protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
		return new AsWritten(deserializer, this.forms);
	}

	@Override
	public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
		AsWritten contextual = (AsWritten) super.createContextual(context, property);
		ValueDeserializer<?> usual = contextual.getDelegatee();
		JavaType type = context.constructType(handledType());
		WrittenForm form = this.forms.of(type, property);
		return switch (form.kind()) {
			case CONSTANT -> form.constants().stream().allMatch(JsonNode::isString) ? usual
					: new Constants(usual, type.getRawClass(), form.constants());
			case TEXT -> textual(usual, type);
			default ->
				(form.isNumber() && isBoolean(type)) ? new Translated(usual, "must be 0 or 1", AsWritten::flag) : usual;
		};
	}

	private static ValueDeserializer<?> textual(ValueDeserializer<?> usual, JavaType type) {
		if (isBoolean(type)) {
			return new Translated(usual, "must be \"true\" or \"false\"", AsWritten::truth);
		}
		boolean ofRadix = isOfRadix(usual);
		boolean mayBeInfinite = type.hasRawClass(double.class) || type.hasRawClass(Double.class)
				|| type.hasRawClass(float.class) || type.hasRawClass(Float.class);
		return new Translated(usual, "must be a string that contains a number",
				(node) -> ofRadix ? digits(node) : number(node, mayBeInfinite));
	}

	private static boolean isOfRadix(@Nullable ValueDeserializer<?> deserializer) {
		return deserializer instanceof FromStringWithRadixToNumberDeserializer
				|| (deserializer != null && isOfRadix(deserializer.getDelegatee()));
	}

	private static boolean isBoolean(JavaType type) {
		return type.hasRawClass(boolean.class) || type.hasRawClass(Boolean.class);
	}

	private static @Nullable JsonNode truth(JsonNode node) {
		return switch (node.isString() ? node.stringValue() : "") {
			case "true" -> BooleanNode.TRUE;
			case "false" -> BooleanNode.FALSE;
			default -> null;
		};
	}

	private static @Nullable JsonNode flag(JsonNode node) {
		return switch (node.isIntegralNumber() ? node.asString() : "") {
			case "1" -> BooleanNode.TRUE;
			case "0" -> BooleanNode.FALSE;
			default -> null;
		};
	}

	/** For a number in hexadecimal digits, for example. */
	private static @Nullable JsonNode digits(JsonNode node) {
		return (node.isString() && !node.stringValue().isBlank() && node.stringValue().length() <= MAX_DIGITS) ? node
				: null;
	}

	private static @Nullable JsonNode number(JsonNode node, boolean mayBeInfinite) {
		String text = node.isString() ? node.stringValue() : "";
		if (mayBeInfinite && NOT_FINITE.contains(text)) {
			return JsonNodeFactory.instance.numberNode(Double.parseDouble(text));
		}
		if (text.length() > MAX_DIGITS || !NUMBER.matcher(text).matches()) {
			return null;
		}
		boolean whole = text.chars().allMatch((each) -> each == '-' || Character.isDigit(each));
		return whole ? JsonNodeFactory.instance.numberNode(new BigInteger(text))
				: JsonNodeFactory.instance.numberNode(new BigDecimal(text));
	}

	/** Reads a translation of the value that was sent. */
	private static final class Translated extends DelegatingDeserializer {

		private final String expected;

		private final Function<JsonNode, @Nullable JsonNode> translation;

		/**
		 * Creates the deserializer.
		 * @param deserializer reads the translation
		 * @param expected the expected value, for the client's developer
		 * @param translation returns {@code null} for an invalid value
		 */
		Translated(ValueDeserializer<?> deserializer, String expected,
				Function<JsonNode, @Nullable JsonNode> translation) {
			super(deserializer);
			this.expected = expected;
			this.translation = translation;
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
			return new Translated(deserializer, this.expected, this.translation);
		}

		@Override
		public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
			JsonNode node = this.translation.apply(context.readTree(parser));
			if (node == null) {
				throw new Unexpected(parser, handledType(), this.expected);
			}
			return deserializeFrom(node, this._delegatee, context);
		}

	}

	private static @Nullable Object deserializeFrom(JsonNode node, ValueDeserializer<?> deserializer,
			DeserializationContext context) {
		try (TreeTraversingParser parser = new TreeTraversingParser(node, context)) {
			parser.nextToken();
			return deserializer.deserialize(parser, context);
		}
	}

	/** Reads an enum whose constants are not all strings. */
	private static final class Constants extends DelegatingDeserializer {

		/** A string that is not a constant, for which a default may be configured. */
		private static final StringNode UNKNOWN = StringNode.valueOf("\u0000");

		private final Class<?> type;

		private final List<JsonNode> written;

		private final Map<String, Object> constants = new LinkedHashMap<>();

		/**
		 * Creates the deserializer.
		 * @param deserializer reads the default of unknown values
		 * @param type the enum
		 * @param written its constants, in their order
		 */
		Constants(ValueDeserializer<?> deserializer, Class<?> type, List<JsonNode> written) {
			super(deserializer);
			this.type = type;
			this.written = written;
			Object[] all = type.getEnumConstants();
			for (int i = 0; i < written.size(); i++) {
				this.constants.putIfAbsent(written.get(i).toString(), all[i]);
			}
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
			return new Constants(deserializer, this.type, this.written);
		}

		@Override
		public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
			Object constant = this.constants.get(context.readTree(parser).toString());
			if (constant != null) {
				return constant;
			}
			try {
				return deserializeFrom(UNKNOWN, this._delegatee, context);
			}
			catch (MismatchedInputException ex) {
				throw new Unexpected(parser, this.type,
						"must be one of " + AllowedValues.listed(this.constants.keySet()));
			}
		}

	}

	/** Thrown for a value in another form than the expected one. */
	static final class Unexpected extends MismatchedInputException {

		private final String expected;

		Unexpected(JsonParser parser, Class<?> type, String expected) {
			super(parser, "%s %s".formatted(type.getName(), expected), type);
			this.expected = expected;
		}

		/** Returns the expected value, for the client's developer. */
		String expected() {
			return this.expected;
		}

	}

}
