/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;

/**
 * Finds parts of a type that would be written but not read back: a field that is not
 * stored, a type without a creator, an interface whose class is not stored. Types with a
 * custom serializer or deserializer are not checked.
 */
final class StorableType {

	/** Fields with one of these annotations are not checked. */
	private static final String ANNOTATIONS = "com.fasterxml.jackson.";

	private final JsonMapper mapper;

	private final SerializationContext writing;

	private final DeserializationContext reading;

	private final Set<JavaType> seen = new HashSet<>();

	private StorableType(JsonMapper mapper) {
		this.mapper = mapper;
		this.writing = mapper._serializationContext();
		this.reading = mapper._deserializationContext();
	}

	/**
	 * Checks a type.
	 * @param type the type
	 * @param mapper writes and reads the type
	 * @return a sentence that describes the problem, {@code null} if there is none
	 */
	static @Nullable String problem(JavaType type, JsonMapper mapper) {
		return new StorableType(mapper).visit(type, "");
	}

	private @Nullable String visit(JavaType type, String path) {
		if (!this.seen.add(type)) {
			return null;
		}
		JavaType content = type.isReferenceType() ? type.getReferencedType() : type.getContentType();
		if (content != null) {
			String problem = unreadable(type, path);
			return (problem != null) ? problem : visit(content, type.isReferenceType() ? path : path + "[]");
		}
		if (type.isPrimitive() || type.isEnumType() || type.isJavaLangObject()) {
			return null;
		}
		try {
			return visit(type, path, this.reading.findNonContextualValueDeserializer(type));
		}
		catch (JacksonException ex) {
			return "%s cannot be read: %s".formatted(at(path, type), ex.getOriginalMessage());
		}
	}

	private @Nullable String unreadable(JavaType type, String path) {
		try {
			this.reading.findRootValueDeserializer(type);
			return null;
		}
		catch (JacksonException ex) {
			return "%s cannot be read: %s".formatted(at(path, type), ex.getOriginalMessage());
		}
	}

	private @Nullable String visit(JavaType type, String path, ValueDeserializer<?> deserializer) {
		TypeDeserializer typed = this.reading.findTypeDeserializer(type);
		if (typed != null) {
			return visitSubtypes(type, path, typed, deserializer);
		}
		if (deserializer instanceof AbstractDeserializer) {
			return "%s is %s, and the class of a value is not stored with it: annotate it with @JsonTypeInfo, or declare a class"
				.formatted(at(path, type), type.isInterface() ? "an interface" : "abstract");
		}
		return visitBean(type, path, deserializer);
	}

	private @Nullable String visitSubtypes(JavaType type, String path, TypeDeserializer typed,
			ValueDeserializer<?> deserializer) {
		boolean known = false;
		for (NamedType subtype : subtypes(type)) {
			boolean concrete = !Modifier.isAbstract(subtype.getType().getModifiers());
			known |= concrete;
			if (concrete && subtype.getType() != type.getRawClass()) {
				JavaType actual = this.mapper.getTypeFactory().constructSpecializedType(type, subtype.getType(), true);
				String problem = this.seen.add(actual)
						? visitBean(actual, path, this.reading.findNonContextualValueDeserializer(actual)) : null;
				if (problem != null) {
					return problem;
				}
			}
		}
		JsonTypeInfo.Id id = typed.getTypeIdResolver().getMechanism();
		boolean anyClass = id == JsonTypeInfo.Id.CLASS || id == JsonTypeInfo.Id.MINIMAL_CLASS
				|| id == JsonTypeInfo.Id.CUSTOM;
		if (!known && !anyClass && typed.getDefaultImpl() == null && deserializer instanceof AbstractDeserializer) {
			return "%s has no known subtype: list the subtypes with @JsonSubTypes".formatted(at(path, type));
		}
		return visitBean(type, path, deserializer);
	}

	private Collection<NamedType> subtypes(JavaType type) {
		AnnotatedClass described = this.reading.introspectBeanDescriptionForCreation(type).getClassInfo();
		return this.mapper.deserializationConfig()
			.getSubtypeResolver()
			.collectAndResolveSubtypesByClass(this.mapper.deserializationConfig(), described);
	}

	private @Nullable String visitBean(JavaType type, String path, ValueDeserializer<?> deserializer) {
		ValueSerializer<?> serializer = this.writing.findValueSerializer(type);
		boolean plain = serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
		if (!plain || !(deserializer instanceof BeanDeserializerBase bean)) {
			return null;
		}
		ValueInstantiator instantiator = bean.getValueInstantiator();
		if (!instantiator.canCreateUsingDefault() && !instantiator.canCreateFromObjectWith()
				&& !instantiator.canCreateUsingDelegate()) {
			return "%s has neither a constructor without parameters nor one with @JsonCreator"
				.formatted(at(path, type));
		}
		String problem = type.getRawClass().getName().startsWith("java.") ? null
				: checkFields(type, path, bean, instantiator);
		if (problem != null) {
			return problem;
		}
		for (Iterator<SettableBeanProperty> i = bean.properties(); i.hasNext();) {
			SettableBeanProperty property = i.next();
			boolean own = property.getAnnotation(JsonDeserialize.class) != null
					|| property.getAnnotation(JsonTypeInfo.class) != null;
			problem = own ? null : visit(property.getType(), path + "." + property.getName());
			if (problem != null) {
				return problem;
			}
		}
		return null;
	}

	private @Nullable String checkFields(JavaType type, String path, BeanDeserializerBase bean,
			ValueInstantiator instantiator) {
		BeanDescription written = this.writing.introspectBeanDescription(type);
		boolean open = this.reading.introspectBeanDescription(type).findAnySetterAccessor() != null;
		Map<String, Field> fields = fields(type.getRawClass());
		List<BeanPropertyDefinition> unbacked = new ArrayList<>();
		Set<String> stored = new HashSet<>(written.getIgnoredPropertyNames());
		written.getClassInfo().fields().forEach((field) -> {
			if (field.annotations().anyMatch((each) -> each.annotationType().getName().startsWith(ANNOTATIONS))) {
				stored.add(field.getName());
			}
		});
		for (BeanPropertyDefinition property : written.findProperties()) {
			Field field = fields.get(property.getInternalName());
			stored.add(property.getInternalName());
			boolean read = open || bean.hasProperty(property.getName());
			if (field == null && read) {
				unbacked.add(property);
			}
			if (!read && property.couldSerialize() && isLost(property, field, instantiator)) {
				return "\"%s\" of %s is stored but not read back: it needs a setter or a constructor parameter%s"
					.formatted(property.getName(), at(path, type),
							(field != null && Modifier.isFinal(field.getModifiers())) ? ", and must not be final" : "");
			}
		}
		for (String name : fields.keySet()) {
			if (!stored.contains(name) && unbacked.isEmpty()) {
				return "the field \"%s\" of %s is not stored: it needs a getter, or to be transient or @JsonIgnore"
					.formatted(name, at(path, type));
			}
		}
		return null;
	}

	/**
	 * A constructor parameter may be converted, and a string may be a constant, so these
	 * are not lost.
	 */
	private boolean isLost(BeanPropertyDefinition property, @Nullable Field field, ValueInstantiator instantiator) {
		if (this.mapper.isEnabled(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)) {
			return true;
		}
		JavaType type = property.getPrimaryType();
		return field != null && !instantiator.canCreateFromObjectWith()
				&& (type.isContainerType() || !Modifier.isFinal(type.getRawClass().getModifiers()));
	}

	private static Map<String, Field> fields(Class<?> type) {
		Map<String, Field> fields = new LinkedHashMap<>();
		for (Class<?> each = type; each != null && !each.getName().startsWith("java."); each = each.getSuperclass()) {
			for (Field field : each.getDeclaredFields()) {
				if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())
						&& !field.isSynthetic()) {
					fields.putIfAbsent(field.getName(), field);
				}
			}
		}
		return fields;
	}

	private static String at(String path, JavaType type) {
		String name = type.getRawClass().getTypeName();
		return path.isEmpty() ? name : "%s (at %s)".formatted(name, path.replaceFirst("^\\.", ""));
	}

}
