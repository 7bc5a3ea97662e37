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
 * Makes the mapper that reads what clients send: the application's own, which takes no
 * scalar for another. A text is no number, a number neither a text nor a boolean, a
 * number with a fraction no integer, and a constant of an enum has a name. No text of a
 * client loads a class, is looked up in the network, or takes much longer than its length
 * to be read. Deserializers of the application are left alone.
 */
final class ClientValueMapper {

	/** Read from numbers by Jackson, in units that a client need not expect. */
	private static final Set<Class<?>> TIMES = Set.of(Instant.class, OffsetDateTime.class, ZonedDateTime.class,
			Date.class, Calendar.class, Duration.class);

	/** As many as the digits of a number: to compile a pattern may take their square. */
	private static final int MAX_PATTERN = 1000;

	/** Of a number between 0 and 255. */
	private static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

	/** An address of IPv4, or of IPv6. */
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
			// an empty one is written as an empty text
			.withCoercionConfig(URI.class,
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert))
			// a number is refused below, unless it is what is written
			.withCoercionConfig(LocalDate.class,
					(config) -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.TryConvert))
			.withCoercionConfig(Locale.class,
					(config) -> config.setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert))
			.addModule(new SimpleModule(ClientValueMapper.class.getName())
				.setDeserializerModifier(new Modifier(new WrittenForms(mapper))))
			.build();
	}

	/** Wraps the deserializers of Jackson that no setting makes strict. */
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
				return new Checked(deserializer, "a text", (parser, value) -> isText(parser), null);
			}
			if (type == float.class || type == Float.class) {
				return new Checked(deserializer, "a text, or a number out of the range of float",
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
					withoutCosts(type, deserializer), "a value that is no text", (parser, value) -> !isText(parser)
							&& parser.currentToken().isScalarValue() && !(isBytes(parser) && type == UUID.class),
					this.forms) : deserializer;
		}

		/** What Jackson does with some texts costs more than to read them. */
		private static ValueDeserializer<?> withoutCosts(Class<?> type, ValueDeserializer<?> deserializer) {
			if (type == Class.class) {
				return new Checked(deserializer, "a text, which would load that class", (parser, value) -> true, null);
			}
			if (type == Pattern.class) {
				return new Checked(deserializer,
						"a text of more than %d characters, which could take seconds".formatted(MAX_PATTERN),
						(parser, value) -> isText(parser) && parser.getString().length() > MAX_PATTERN, null);
			}
			if (InetAddress.class.isAssignableFrom(type)) {
				return new Checked(deserializer, "a name, which would be looked up",
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

		/** Jackson takes 200 for -56. */
		private static boolean isAnotherByte(JsonParser parser, @Nullable Object value) {
			return value instanceof Byte number && parser.currentToken().isNumeric() && parser.getIntValue() != number;
		}

		private static boolean isTooLarge(JsonParser parser, @Nullable Object value) {
			return value instanceof Float number && number.isInfinite() && parser.currentToken().isNumeric()
					&& Double.isFinite(parser.getDoubleValue());
		}

	}

	/** Refuses to load classes that a client names. */
	private static final class ClassKey extends KeyDeserializer {

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			return context.handleWeirdKey(Class.class, key, "a class is not read from a text, which would load it");
		}

	}

	/** Refuses some tokens that the deserializer behind it takes. */
	private static final class Checked extends DelegatingDeserializer {

		private final String what;

		private final BiPredicate<JsonParser, @Nullable Object> refused;

		private final transient @Nullable WrittenForms forms;

		/**
		 * Create it.
		 * @param deserializer the deserializer behind it
		 * @param what names what is refused
		 * @param refused tests a token: before it is read with {@code null}, and then
		 * with the value that was read
		 * @param forms tell whether the application's mapper writes a number, so that
		 * nothing is refused; {@code null} if that does not matter
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

		/** What is written as a number is read from one. */
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
