/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.jdk.EnumDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.deser.std.FromStringDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Creates the mapper for values of clients: the application's mapper without conversions
 * between scalars. A string is not accepted as a number, a number not as a string or
 * boolean, a number with a fraction not as an integer, and enum constants are accepted by
 * name only. A string of a client never loads a class, never causes a network lookup, and
 * takes no more time to read than its length requires. Deserializers of the application
 * are not changed.
 */
final class ClientValueMapper {

	/**
	 * Jackson reads these types from numbers too, in units that clients do not expect.
	 */
	private static final Set<Class<?>> TIMES = Set.of(Instant.class, OffsetDateTime.class, ZonedDateTime.class,
			Date.class, Calendar.class, Duration.class);

	/**
	 * Same as for the digits of a number: compiling a pattern may take quadratic time.
	 */
	private static final int MAX_PATTERN = 1000;

	/** A number between 0 and 255. */
	private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

	/** An IPv4 or IPv6 address. */
	private static final Pattern ADDRESS = Pattern
		.compile(OCTET + "(\\." + OCTET + "){3}|(?=.*:.*:)[\\da-fA-F:.]{2,45}(%\\w{1,16})?");

	private ClientValueMapper() {
	}

	static JsonMapper of(JsonMapper mapper) {
		return mapper.rebuild()
			.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
			.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
			.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
			.withCoercionConfigDefaults(
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
			.withCoercionConfig(LogicalType.Textual,
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert)
						.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
						.setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
						.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
			// an empty URI is written as an empty string
			.withCoercionConfig(URI.class,
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert))
			// a number is rejected below unless it is the written form
			.withCoercionConfig(LocalDate.class,
					(config) -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.TryConvert))
			.withCoercionConfig(Locale.class,
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert))
			.addModule(new SimpleModule(ClientValueMapper.class.getName())
				.setDeserializerModifier(new Modifier(new WrittenForms(mapper))))
			.build();
	}

	/** Wraps Jackson's deserializers that settings cannot make strict. */
	private static final class Modifier extends ValueDeserializerModifier {

		private final transient WrittenForms forms;

		Modifier(WrittenForms forms) {
			this.forms = forms;
		}

		@Override
		public ValueDeserializer<?> modifyEnumDeserializer(DeserializationConfig config, JavaType type,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			boolean ofJackson = deserializer instanceof EnumDeserializer
					|| (type.hasRawClass(Month.class) && isOfJackson(deserializer));
			return ofJackson ? new AsWritten(deserializer, this.forms) : deserializer;
		}

		private static boolean isOfJackson(ValueDeserializer<?> deserializer) {
			return deserializer.getClass().getName().startsWith("tools.jackson.databind.");
		}

		@Override
		public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			if (!isOfJackson(deserializer)) {
				return deserializer;
			}
			Class<?> type = description.getBeanClass();
			ValueDeserializer<?> checked = checked(type, deserializer);
			boolean scalar = Number.class.isAssignableFrom(type) || type == Boolean.class
					|| (type.isPrimitive() && type != char.class);
			return scalar ? new AsWritten(checked, this.forms) : checked;
		}

		private ValueDeserializer<?> checked(Class<?> type, ValueDeserializer<?> deserializer) {
			if (type == String.class) {
				return new Checked(deserializer, "bytes", (parser, value) -> isBytes(parser), null);
			}
			if (type == double.class || type == Double.class) {
				return new Checked(deserializer, "a string", (parser, value) -> isText(parser), null);
			}
			if (type == float.class || type == Float.class) {
				return new Checked(deserializer, "a string, or a number out of the range of float",
						(parser, value) -> isText(parser) || isTooLarge(parser, value), null);
			}
			if (type == byte.class || type == Byte.class) {
				return new Checked(deserializer, "a number out of the range of byte", Modifier::isAnotherByte, null);
			}
			if (type == LocalDate.class) {
				return new Checked(deserializer, "a number", (parser, value) -> parser.currentToken().isNumeric(),
						this.forms);
			}
			return (deserializer instanceof FromStringDeserializer || TIMES.contains(type)) ? new Checked(
					withoutCosts(type, deserializer), "a value that is not a string", (parser, value) -> !isText(parser)
							&& parser.currentToken().isScalarValue() && !(isBytes(parser) && type == UUID.class),
					this.forms) : deserializer;
		}

		/** Rejects strings for which Jackson does more work than reading them. */
		private static ValueDeserializer<?> withoutCosts(Class<?> type, ValueDeserializer<?> deserializer) {
			if (type == Class.class) {
				return new Checked(deserializer, "a string, which would load the class", (parser, value) -> true, null);
			}
			if (type == Pattern.class) {
				return new Checked(deserializer,
						"a string of more than %d characters, which could take seconds".formatted(MAX_PATTERN),
						(parser, value) -> isText(parser) && parser.getString().length() > MAX_PATTERN, null);
			}
			if (InetAddress.class.isAssignableFrom(type)) {
				return new Checked(deserializer, "a host name, which would cause a lookup",
						(parser, value) -> isText(parser) && !ADDRESS.matcher(parser.getString()).matches(), null);
			}
			return deserializer;
		}

		@Override
		public KeyDeserializer modifyKeyDeserializer(DeserializationConfig config, JavaType type,
				KeyDeserializer deserializer) {
			return type.hasRawClass(Class.class) ? new ClassKey() : deserializer;
		}

		private static boolean isText(JsonParser parser) {
			return parser.currentToken() == JsonToken.VALUE_STRING;
		}

		private static boolean isBytes(JsonParser parser) {
			return parser.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT;
		}

		/** Jackson converts 200 to -56. */
		private static boolean isAnotherByte(JsonParser parser, @Nullable Object value) {
			return value instanceof Byte number && parser.currentToken().isNumeric() && parser.getIntValue() != number;
		}

		private static boolean isTooLarge(JsonParser parser, @Nullable Object value) {
			return value instanceof Float number && number.isInfinite() && parser.currentToken().isNumeric()
					&& Double.isFinite(parser.getDoubleValue());
		}

	}

	/** Rejects keys that would load classes. */
	private static final class ClassKey extends KeyDeserializer {

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			return context.handleWeirdKey(Class.class, key, "a class is not read from a string, which would load it");
		}

	}

	/** Rejects some of the tokens that a deserializer accepts. */
	private static final class Checked extends DelegatingDeserializer {

		private final String what;

		private final BiPredicate<JsonParser, @Nullable Object> refused;

		private final transient @Nullable WrittenForms forms;

		/**
		 * Creates the deserializer.
		 * @param deserializer the wrapped deserializer
		 * @param what describes the rejected values
		 * @param refused tests a token: with {@code null} before it is read, and then
		 * with the value that was read
		 * @param forms forms of the application's mapper, which accept a number if it is
		 * the written form; {@code null} to ignore the written form
		 */
		Checked(ValueDeserializer<?> deserializer, String what, BiPredicate<JsonParser, @Nullable Object> refused,
				@Nullable WrittenForms forms) {
			super(deserializer);
			this.what = what;
			this.refused = refused;
			this.forms = forms;
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
			return new Checked(deserializer, this.what, this.refused, this.forms);
		}

		/** Accepts a number if the application's mapper writes a number. */
		@Override
		public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
			ValueDeserializer<?> contextual = super.createContextual(context, property);
			boolean number = this.forms != null
					&& this.forms.of(context.constructType(handledType()), property).isNumber();
			return (number && contextual instanceof Checked checked) ? checked.getDelegatee() : contextual;
		}

		@Override
		public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
			if (this.refused.test(parser, null)) {
				return refuse(context);
			}
			Object value = super.deserialize(parser, context);
			return this.refused.test(parser, value) ? refuse(context) : value;
		}

		private @Nullable Object refuse(DeserializationContext context) {
			return context.reportInputMismatch(this, "%s is not read from %s", handledType().getName(), this.what);
		}

	}

}
