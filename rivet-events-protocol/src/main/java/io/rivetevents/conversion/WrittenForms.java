/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsonFormatVisitors.JsonAnyFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonArrayFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonBooleanFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatTypes;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitable;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsonFormatVisitors.JsonIntegerFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonMapFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNullFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonNumberFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonObjectFormatVisitor;
import tools.jackson.databind.jsonFormatVisitors.JsonStringFormatVisitor;
import tools.jackson.databind.node.POJONode;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.SerializationContextExt;
import tools.jackson.databind.ser.bean.BeanAsArraySerializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.jdk.MapEntrySerializer;
import tools.jackson.databind.util.TokenBuffer;

import io.rivetevents.conversion.WrittenForm.Kind;

/**
 * Finds the form in which a mapper writes a type: from the description by its serializer,
 * and from a sample where this description is vague or wrong. Annotations and settings
 * are considered as for values. Public only for the description of the contract.
 */
public final class WrittenForms {

	/** A list may be its own element. */
	private static final int MAX_DEPTH = 10;

	private final JsonMapper mapper;

	private record Sample(Object value, @Nullable String format) {
	}

	/**
	 * Creates the forms; no serializer is used yet.
	 * @param mapper writes the values
	 */
	public WrittenForms(JsonMapper mapper) {
		this.mapper = mapper.isEnabled(SerializationFeature.WRAP_ROOT_VALUE)
				? mapper.rebuild().disable(SerializationFeature.WRAP_ROOT_VALUE).build() : mapper;
	}

	/**
	 * Returns the written form of a type.
	 * @param type a class, a type with arguments, or a {@link JavaType}
	 */
	public WrittenForm of(Type type) {
		return of(this.mapper.constructType(type), (BeanProperty) null);
	}

	/**
	 * Returns the written form of a property.
	 * @param owner type that has the property
	 * @param field name of the property's field
	 * @return {@code null} if it is written in the form of its type
	 */
	public @Nullable WrittenForm of(JavaType owner, String field) {
		SerializationContext context = this.mapper._serializationContext();
		if (!(context.findValueSerializer(owner) instanceof BeanSerializerBase bean)) {
			return null;
		}
		String name = context.introspectBeanDescription(owner)
			.findProperties()
			.stream()
			.filter((each) -> each.getInternalName().equals(field))
			.map(BeanPropertyDefinition::getName)
			.findFirst()
			.orElse(field);
		for (Iterator<PropertyWriter> i = bean.properties(); i.hasNext();) {
			if (i.next() instanceof BeanPropertyWriter writer && writer.getName().equals(name)) {
				return of(writer, context);
			}
		}
		return null;
	}

	private @Nullable WrittenForm of(BeanPropertyWriter writer, SerializationContext context) {
		if (writer.getTypeSerializer() != null || writer.isUnwrapping()) {
			return null;
		}
		ValueSerializer<Object> known = writer.getSerializer();
		WrittenForm form = (known != null) ? form(known, writer.getType(), context, 0) : of(writer.getType(), writer);
		return form.equals(of(writer.getType())) ? null : form;
	}

	/**
	 * Returns the written form of a type.
	 * @param type the type
	 * @param property property that contains values of the type, or containers of them;
	 * {@code null} for none
	 */
	WrittenForm of(JavaType type, @Nullable BeanProperty property) {
		SerializationContext context = this.mapper._serializationContext();
		if (context.findTypeSerializer(type) != null) {
			return WrittenForm.object(type);
		}
		ValueSerializer<Object> annotated = annotated(type, property, context);
		return form((annotated != null) ? annotated : context.findPrimaryPropertySerializer(type, property), type,
				context, 0);
	}

	/**
	 * Returns the serializer that an annotation of the property sets for its value or its
	 * elements.
	 */
	private static @Nullable ValueSerializer<Object> annotated(JavaType type, @Nullable BeanProperty property,
			SerializationContext context) {
		AnnotatedMember member = (property != null) ? property.getMember() : null;
		if (property == null || member == null) {
			return null;
		}
		Object definition = property.getType().equals(type)
				? context.getAnnotationIntrospector().findSerializer(context.getConfig(), member)
				: context.getAnnotationIntrospector().findContentSerializer(context.getConfig(), member);
		return (definition != null)
				? context.handlePrimaryContextualization(context.serializerInstance(member, definition), property)
				: null;
	}

	private WrittenForm form(ValueSerializer<?> serializer, JavaType type, SerializationContext context, int depth) {
		JavaType referred = referred(type);
		Class<?> raw = referred.getRawClass();
		if (raw.isEnum()) {
			List<JsonNode> constants = Stream.of(raw.getEnumConstants())
				.map((each) -> write(wrapped(each, type), serializer))
				.toList();
			return new WrittenForm(Kind.CONSTANT, null, constants, null, null);
		}
		Sample sample = Samples.BY_TYPE.get(raw);
		if (sample != null) {
			return form(write(wrapped(sample.value(), type), serializer), sample.format());
		}
		return described(serializer, type, context, depth);
	}

	private static JavaType referred(JavaType type) {
		return (type.hasRawClass(Optional.class) || type.hasRawClass(AtomicReference.class))
				? referred(type.getReferencedType()) : type;
	}

	private static Object wrapped(Object value, JavaType type) {
		if (type.hasRawClass(Optional.class)) {
			return Optional.of(wrapped(value, type.getReferencedType()));
		}
		return type.hasRawClass(AtomicReference.class) ? new AtomicReference<>(wrapped(value, type.getReferencedType()))
				: value;
	}

	private WrittenForm described(ValueSerializer<?> serializer, JavaType type, SerializationContext context,
			int depth) {
		if (serializer instanceof BeanAsArraySerializer) {
			return WrittenForm.of(Kind.ARRAY, WrittenForm.of(Kind.ANY));
		}
		if (serializer instanceof UnknownSerializer && type.getRawClass().getName().startsWith("java.")) {
			return WrittenForm.of(Kind.ANY);
		}
		if (depth > MAX_DEPTH) {
			return WrittenForm.of(Kind.ANY);
		}
		if (type.isIterationType()) {
			return WrittenForm.of(Kind.ARRAY, of(type.getContentType(), (BeanProperty) null));
		}
		if (serializer instanceof MapEntrySerializer entry) {
			return WrittenForm.of(Kind.MAP, of(entry.getContentType(), (BeanProperty) null));
		}
		Visitor visitor = new Visitor(context, type, depth);
		serializer.acceptJsonFormatVisitor(visitor, type);
		return visitor.form;
	}

	@SuppressWarnings("unchecked")
	private JsonNode write(Object value, ValueSerializer<?> serializer) {
		SerializationContextExt context = this.mapper._serializationContext();
		try (TokenBuffer buffer = context.bufferForValueConversion()) {
			context.serializeValue(buffer, value, null, (ValueSerializer<Object>) serializer);
			try (JsonParser parser = buffer.asParser()) {
				return this.mapper.readTree(parser);
			}
		}
	}

	private static WrittenForm form(JsonNode written, @Nullable String format) {
		return switch (written.getNodeType()) {
			case STRING -> new WrittenForm(Kind.TEXT, format, List.of(), null, null);
			case BOOLEAN -> WrittenForm.of(Kind.BOOLEAN);
			case NUMBER -> WrittenForm.of(written.isInt() ? Kind.INTEGER : Kind.NUMBER);
			case BINARY -> WrittenForm.of(Kind.BYTES);
			case POJO -> WrittenForm.of((((POJONode) written).getPojo() instanceof byte[]) ? Kind.BYTES : Kind.ANY);
			case ARRAY -> {
				Set<WrittenForm> forms = Set.copyOf(written.valueStream().map((each) -> form(each, null)).toList());
				yield WrittenForm.of(Kind.ARRAY,
						(forms.size() == 1) ? forms.iterator().next() : WrittenForm.of(Kind.ANY));
			}
			default -> WrittenForm.of(Kind.ANY);
		};
	}

	/** Created for the first form, not at the start. */
	private static final class Samples {

		/** Types that Jackson's serializers do not describe sufficiently. */
		static final Map<Class<?>, Sample> BY_TYPE = Map.ofEntries(sample(Instant.EPOCH, "date-time"),
				sample(OffsetDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC), "date-time"),
				sample(ZonedDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC), "date-time"),
				sample(LocalDateTime.MIN, "local-date-time"), sample(LocalDate.EPOCH, "date"),
				sample(LocalTime.NOON, "time"), sample(OffsetTime.of(LocalTime.NOON, ZoneOffset.UTC), null),
				sample(Duration.ofMillis(1), "duration"), sample(new UUID(0, 0), "uuid"), sample(Year.of(1), null),
				sample(YearMonth.of(1, 1), null), sample(MonthDay.of(1, 1), null), sample(new Date(0), "date-time"),
				Map.entry(Calendar.class, new Sample(Calendar.getInstance(), "date-time")), sample(new byte[1], null),
				Map.entry(ByteBuffer.class, new Sample(ByteBuffer.allocate(1), null)), sample(new char[1], null));

		private static Map.Entry<Class<?>, Sample> sample(Object value, @Nullable String format) {
			return Map.entry(value.getClass(), new Sample(value, format));
		}

	}

	/** Records a serializer's description of the values that it writes. */
	private final class Visitor extends JsonFormatVisitorWrapper.Base {

		private final JavaType type;

		private final int depth;

		private WrittenForm form = WrittenForm.of(Kind.ANY);

		Visitor(SerializationContext context, JavaType type, int depth) {
			super(context);
			this.type = type;
			this.depth = depth;
		}

		@Override
		public @Nullable JsonObjectFormatVisitor expectObjectFormat(JavaType type) {
			this.form = WrittenForm.object(type);
			return null;
		}

		@Override
		public JsonArrayFormatVisitor expectArrayFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.ARRAY, this.form);
			return new JsonArrayFormatVisitor.Base(getContext()) {

				@Override
				public void itemsFormat(JsonFormatVisitable handler, JavaType itemType) {
					Visitor.this.form = WrittenForm.of(Kind.ARRAY, nested(handler, itemType));
				}

				@Override
				public void itemsFormat(JsonFormatTypes format) {
					Visitor.this.form = WrittenForm.of(Kind.ARRAY, switch (format) {
						case STRING -> WrittenForm.of(Kind.TEXT);
						case INTEGER -> WrittenForm.of(Kind.INTEGER);
						case NUMBER -> WrittenForm.of(Kind.NUMBER);
						case BOOLEAN -> WrittenForm.of(Kind.BOOLEAN);
						default -> WrittenForm.of(Kind.ANY);
					});
				}

			};
		}

		private WrittenForm nested(JsonFormatVisitable handler, JavaType type) {
			if (getContext().findTypeSerializer(type) != null) {
				return WrittenForm.object(type);
			}
			return (handler instanceof ValueSerializer<?> serializer)
					? form(serializer, type, getContext(), this.depth + 1) : WrittenForm.of(Kind.ANY);
		}

		@Override
		public JsonMapFormatVisitor expectMapFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.MAP, this.form);
			return new JsonMapFormatVisitor.Base(getContext()) {

				@Override
				public void valueFormat(JsonFormatVisitable handler, JavaType valueType) {
					Visitor.this.form = WrittenForm.of(Kind.MAP, nested(handler, valueType));
				}

			};
		}

		@Override
		public @Nullable JsonStringFormatVisitor expectStringFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.TEXT);
			return null;
		}

		@Override
		public JsonNumberFormatVisitor expectNumberFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.NUMBER);
			return new JsonNumberFormatVisitor.Base() {

				@Override
				public void numberType(JsonParser.NumberType number) {
					Visitor.this.number(number);
				}

			};
		}

		@Override
		public JsonIntegerFormatVisitor expectIntegerFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.INTEGER);
			return new JsonIntegerFormatVisitor.Base() {

				@Override
				public void numberType(JsonParser.NumberType number) {
					Visitor.this.number(number);
				}

			};
		}

		private void number(JsonParser.NumberType number) {
			this.form = WrittenForm.of(switch (number) {
				case INT -> Kind.INTEGER;
				case LONG -> Kind.LONG;
				case BIG_INTEGER -> Kind.BIG_INTEGER;
				default -> Kind.NUMBER;
			});
		}

		@Override
		public @Nullable JsonBooleanFormatVisitor expectBooleanFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.BOOLEAN);
			return null;
		}

		@Override
		public @Nullable JsonNullFormatVisitor expectNullFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.NULL);
			return null;
		}

		@Override
		public @Nullable JsonAnyFormatVisitor expectAnyFormat(JavaType type) {
			this.form = WrittenForm.of(Kind.ANY);
			return null;
		}

	}

}
