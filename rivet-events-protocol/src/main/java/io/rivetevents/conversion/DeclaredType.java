/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.SerializationContextExt;
import tools.jackson.databind.util.TokenBuffer;

/**
 * A type that the application declares for values that it sends or stores, such as the
 * return type of a method. Values are written like a property of that type: elements of a
 * declared list keep their type ids, and a value has the properties of its own class.
 */
public final class DeclaredType {

	/** A type may be its own argument. */
	private static final int MAX_DEPTH = 10;

	private final ValueWriter values;

	private final JsonMapper mapper;

	private final JavaType type;

	/** Whether the class of a value is sufficient to write it. */
	private final boolean plain;

	/** Writes the ids of subtypes, {@code null} if the type has none. */
	private final @Nullable TypeSerializer types;

	/**
	 * Actual types of values, by their class: {@code ArrayList<Item>} for
	 * {@code List<Item>}.
	 */
	private final Map<Class<?>, JavaType> actual = new ConcurrentHashMap<>(2);

	DeclaredType(ValueWriter values, JsonMapper mapper, JavaType type) {
		this.values = values;
		this.mapper = mapper;
		this.type = type;
		SerializationContext context = mapper._serializationContext();
		this.types = types(context, type);
		this.plain = isPlain(context, type, 0);
	}

	private static boolean isPlain(SerializationContext context, @Nullable JavaType type, int depth) {
		if (type == null) {
			return true;
		}
		int next = depth + 1;
		return next < MAX_DEPTH && context.findTypeSerializer(type) == null
				&& isPlain(context, type.getContentType(), next) && isPlain(context, type.getReferencedType(), next)
				&& type.getBindings().getTypeParameters().stream().allMatch((each) -> isPlain(context, each, next));
	}

	private static @Nullable TypeSerializer types(SerializationContext context, JavaType type) {
		TypeSerializer types = context.findTypeSerializer(type);
		return (types != null) ? types.forProperty(context, null) : null;
	}

	/**
	 * Returns the type as a Jackson type.
	 */
	public JavaType type() {
		return this.type;
	}

	/**
	 * Converts an object to a value of the protocol.
	 * @param object the object; {@code null} becomes a null node, a {@code JsonNode} is
	 * returned unchanged, and an object of another type is written by its class
	 * @throws tools.jackson.core.JacksonException if it cannot be written
	 */
	public JsonNode toTree(@Nullable Object object) {
		if (this.plain || object == null || object instanceof JsonNode) {
			return this.values.toTree(object);
		}
		return ValueWriter.guard(() -> tree(object), "The value cannot be written");
	}

	/**
	 * Writes an object as JSON.
	 * @param object the object, {@code null} for null
	 * @return UTF-8
	 * @throws tools.jackson.core.JacksonException if it cannot be written
	 */
	public byte[] write(@Nullable Object object) {
		if (this.plain || object == null) {
			return this.values.write(object);
		}
		return ValueWriter.guard(() -> json(object), "The object cannot be written");
	}

	/**
	 * Writes an object as JSON, and stops if the stream fails.
	 * @param object the object, {@code null} for null
	 * @param out receives UTF-8, and is not closed
	 * @throws tools.jackson.core.JacksonException if it cannot be written, or if the
	 * stream fails
	 */
	public void write(@Nullable Object object, OutputStream out) {
		ValueWriter.guard(() -> {
			json(object, out);
			return out;
		}, "The object cannot be written");
	}

	private JsonNode tree(Object object) {
		SerializationContextExt context = this.mapper._serializationContext();
		try (TokenBuffer buffer = context.bufferForValueConversion()) {
			write(object, buffer, context);
			try (JsonParser parser = buffer.asParser()) {
				return this.mapper.readTree(parser);
			}
		}
	}

	private byte[] json(Object object) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		json(object, out);
		return out.toByteArray();
	}

	private void json(@Nullable Object object, OutputStream out) {
		try (JsonGenerator generator = this.mapper.createGenerator(out)) {
			if (this.plain || object == null) {
				this.mapper.writeValue(generator, object);
			}
			else {
				write(object, generator, this.mapper._serializationContext());
			}
		}
	}

	/** Not with a writer for the type, which would consider only the type. */
	private void write(Object object, JsonGenerator generator, SerializationContextExt context) {
		if (!this.type.getRawClass().isInstance(object)) {
			context.serializeValue(generator, object);
		}
		else if (this.types != null) {
			context.serializePolymorphic(generator, object, this.type, null, this.types);
		}
		else {
			context.serializeValue(generator, object, actual(object.getClass()));
		}
	}

	private JavaType actual(Class<?> valueClass) {
		JavaType known = this.actual.get(valueClass);
		return (known != null) ? known : this.actual.computeIfAbsent(valueClass, (key) -> this.type.isArrayType()
				? this.type : this.mapper.getTypeFactory().constructSpecializedType(this.type, key, true));
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof DeclaredType that && that.type.equals(this.type);
	}

	@Override
	public int hashCode() {
		return this.type.hashCode();
	}

	@Override
	public String toString() {
		return this.type.toCanonical();
	}

}
