/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.io.Serializable;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.ser.AnyGetterWriter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.VirtualBeanPropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.jackson.JsonValueSerializer;

/**
 * Finds values that are read back as another class. Only places whose declared type
 * allows any class are checked, such as {@code Object} and {@code Number}, because there
 * the JSON alone determines the class. The implementation of lists, sets and maps is
 * ignored. Objects with a custom serializer are not checked.
 */
final class StoredClasses {

	private static final Set<Class<?>> UNTYPED = Set.of(Object.class, Serializable.class, Comparable.class,
			Number.class);

	private final JsonMapper mapper;

	private final SerializationContext writing;

	/** Accessor of the {@code @JsonValue} of each class that has one. */
	private final Map<Class<?>, AnnotatedMember> accessors = new HashMap<>();

	/** Ends cycles, which types with object ids can have. */
	private final Set<Pair> seen = new HashSet<>();

	private StoredClasses(JsonMapper mapper) {
		this.mapper = mapper;
		this.writing = mapper._serializationContext();
	}

	/**
	 * Returns the values that are read back as another class.
	 * @param value the value that was written
	 * @param read the value that was read back
	 * @param type the declared type of both
	 * @param mapper mapper that wrote and read it
	 * @return a text with both classes, by the path of the value; empty if there is none
	 */
	static SortedMap<String, String> differences(@Nullable Object value, @Nullable Object read, JavaType type,
			JsonMapper mapper) {
		SortedMap<String, String> found = new TreeMap<>();
		new StoredClasses(mapper).compare(new Place("", type, null), value, read, found);
		return found;
	}

	private void compare(Place place, @Nullable Object value, @Nullable Object read, Map<String, String> found) {
		boolean untyped = UNTYPED.contains(place.type().getRawClass());
		if (untyped && !isSameKind(value, read)) {
			found.put(place.path(), "%s is loaded as %s".formatted(name(value), name(read)));
			return;
		}
		if (value == null || read == null || isLeaf(place.type()) || isLeaf(value)
				|| !this.seen.add(new Pair(value, read))) {
			return;
		}
		Place actual = place.of(actual(place.type(), read));
		if (value instanceof Map<?, ?> map && read instanceof Map<?, ?> other) {
			compareMaps(actual, map, other, found);
		}
		else if (value instanceof Map.Entry<?, ?> entry && read instanceof Map.Entry<?, ?> other) {
			compareEntries(actual, entry, other, found);
		}
		else if (isSequence(value) && isSequence(read)) {
			compareElements(actual, value, read, found);
		}
		else if (value instanceof Optional<?> one && read instanceof Optional<?> other) {
			compare(actual.of(content(actual.type())), one.orElse(null), other.orElse(null), found);
		}
		else if (value instanceof AtomicReference<?> one && read instanceof AtomicReference<?> other) {
			compare(actual.of(content(actual.type())), one.get(), other.get(), found);
		}
		else if (read.getClass().isInstance(value)) {
			compareBeans(actual, value, read, found);
		}
	}

	/**
	 * Actual types of values, by their class: {@code ArrayList<Item>} for
	 * {@code List<Item>}.
	 */
	private JavaType actual(JavaType declared, Object read) {
		if (declared.isArrayType() || !declared.getRawClass().isInstance(read)) {
			return declared.isArrayType() ? declared : this.mapper.constructType(read.getClass());
		}
		return this.mapper.getTypeFactory().constructSpecializedType(declared, read.getClass(), true);
	}

	private static JavaType content(JavaType type) {
		JavaType content = type.isReferenceType() ? type.getReferencedType() : type.getContentType();
		return (content != null) ? content : type.containedTypeOrUnknown(0);
	}

	/** Values of such a type cannot contain another class. */
	private static boolean isLeaf(JavaType type) {
		return type.isPrimitive() || type.isEnumType() || (type.isArrayType() && isLeaf(type.getContentType()))
				|| (type.isFinal() && !type.isContainerType() && !type.isReferenceType() && !type.hasGenericTypes()
						&& type.getRawClass().getName().startsWith("java."));
	}

	private static boolean isLeaf(Object value) {
		return value instanceof String || value instanceof Number || value instanceof Boolean
				|| value instanceof JsonNode;
	}

	private void compareMaps(Place place, Map<?, ?> map, Map<?, ?> read, Map<String, String> found) {
		JavaType key = place.type().getKeyType();
		if (key == null || UNTYPED.contains(key.getRawClass())) {
			compareKeys(place, map, read, found);
			return;
		}
		JavaType content = content(place.type());
		if (isLeaf(content)) {
			return;
		}
		map.forEach((each, value) -> {
			if (each != null && value != null) {
				compare(place.at("." + each, content), value, read.get(each), found);
			}
		});
	}

	private void compareKeys(Place place, Map<?, ?> map, Map<?, ?> read, Map<String, String> found) {
		JavaType content = content(place.type());
		// by hash, because a sorted map fails on keys of another class
		Map<?, ?> byKey = new HashMap<>(read);
		Set<?> keys = new HashSet<>(map.keySet());
		Object unknown = read.keySet().stream().filter((each) -> !keys.contains(each)).findFirst().orElse(null);
		map.forEach((key, value) -> {
			Place at = place.at("." + key, content);
			boolean known = byKey.containsKey(key);
			if (!known && unknown != null && !isSameKind(key, unknown)) {
				found.put(at.path(), "the key %s is loaded as %s".formatted(name(key), name(unknown)));
			}
			else if (known) {
				compare(at, value, byKey.get(key), found);
			}
		});
	}

	private void compareEntries(Place place, Map.Entry<?, ?> entry, Map.Entry<?, ?> read, Map<String, String> found) {
		JavaType type = place.type();
		JavaType pair = (type.isTypeOrSubTypeOf(Map.Entry.class)) ? type.findSuperType(Map.Entry.class) : type;
		Place at = place.at("." + entry.getKey(), pair.containedTypeOrUnknown(1));
		if (UNTYPED.contains(pair.containedTypeOrUnknown(0).getRawClass())
				&& !isSameKind(entry.getKey(), read.getKey())) {
			found.put(at.path(), "the key %s is loaded as %s".formatted(name(entry.getKey()), name(read.getKey())));
			return;
		}
		compare(at, entry.getValue(), read.getValue(), found);
	}

	private void compareElements(Place place, Object value, Object read, Map<String, String> found) {
		JavaType content = content(place.type());
		List<?> elements = elements(value);
		List<?> others = elements(read);
		if (isLeaf(content) || elements.size() != others.size()) {
			return;
		}
		if (!(read instanceof List || read.getClass().isArray())) {
			compareUnordered(place, content, elements, others, found);
			return;
		}
		for (int i = 0; i < elements.size(); i++) {
			compare(place.at("[%d]".formatted(i), content), elements.get(i), others.get(i), found);
		}
	}

	/**
	 * Compares each element with an equal one, otherwise with one that is written in the
	 * same way, otherwise with one without a difference. Of elements without a
	 * counterpart, the first is reported.
	 */
	private void compareUnordered(Place place, JavaType content, List<?> elements, List<?> others,
			Map<String, String> found) {
		Map<@Nullable Object, @Nullable Object> equal = new HashMap<>();
		others.forEach((each) -> equal.put(each, each));
		Set<?> known = new HashSet<>(elements);
		Map<String, LinkedList<Object>> alike = new LinkedHashMap<>();
		others.stream()
			.filter((each) -> !known.contains(each))
			.forEach((each) -> alike.computeIfAbsent(json(each), (key) -> new LinkedList<>()).add(each));
		Map<Place, Object> rest = new LinkedHashMap<>();
		for (int i = 0; i < elements.size(); i++) {
			Object element = elements.get(i);
			Place at = place.at("[%d]".formatted(i), content);
			LinkedList<Object> same = equal.containsKey(element) ? null : alike.get(json(element));
			if (same != null && !same.isEmpty()) {
				compare(at, element, same.poll(), found);
			}
			else if (equal.containsKey(element)) {
				compare(at, element, equal.get(element), found);
			}
			else {
				rest.put(at, element);
			}
		}
		compareRest(rest, new LinkedList<>(alike.values().stream().flatMap(List::stream).toList()), found);
	}

	private void compareRest(Map<Place, Object> elements, List<Object> others, Map<String, String> found) {
		for (Map.Entry<Place, Object> element : elements.entrySet()) {
			Map<String, String> differences = counterpart(element.getKey(), element.getValue(), others);
			if (!differences.isEmpty()) {
				found.putAll(differences);
				return;
			}
		}
	}

	/**
	 * Removes the counterpart of an element; returns the differences from the first
	 * candidate if there is no counterpart.
	 */
	private Map<String, String> counterpart(Place at, Object element, List<Object> candidates) {
		Map<String, String> first = Map.of();
		for (Iterator<Object> i = candidates.iterator(); i.hasNext();) {
			Map<String, String> differences = new TreeMap<>();
			compare(at, element, i.next(), differences);
			if (differences.isEmpty()) {
				i.remove();
				return differences;
			}
			first = first.isEmpty() ? differences : first;
		}
		return first;
	}

	private String json(@Nullable Object element) {
		return this.mapper.writeValueAsString(element);
	}

	private static boolean isSequence(Object value) {
		return value instanceof Collection || value.getClass().isArray();
	}

	private static List<?> elements(Object value) {
		if (value instanceof Collection<?> collection) {
			return new ArrayList<>(collection);
		}
		return (value instanceof Object[] array) ? Arrays.asList(array)
				: IntStream.range(0, Array.getLength(value)).mapToObj((i) -> Array.get(value, i)).toList();
	}

	private void compareBeans(Place place, Object value, Object read, Map<String, String> found) {
		ValueSerializer<?> serializer = this.writing.findPrimaryPropertySerializer(place.type(), place.property());
		if (serializer instanceof JsonValueSerializer) {
			AnnotatedMember accessor = accessor(place.type());
			compare(place.of(accessor.getType()), accessor.getValue(value), accessor.getValue(read), found);
		}
		else if (serializer instanceof BeanSerializerBase bean) {
			for (Iterator<PropertyWriter> i = bean.properties(); i.hasNext();) {
				if (i.next() instanceof BeanPropertyWriter property
						&& !(property instanceof VirtualBeanPropertyWriter)) {
					compareProperties(place, property, value, read, found);
				}
			}
		}
	}

	private AnnotatedMember accessor(JavaType type) {
		return this.accessors.computeIfAbsent(type.getRawClass(), (key) -> {
			AnnotatedMember accessor = this.writing.introspectBeanDescription(type).findJsonValueAccessor();
			accessor.fixAccess(true);
			return accessor;
		});
	}

	private void compareProperties(Place bean, BeanPropertyWriter property, Object value, Object read,
			Map<String, String> found) {
		boolean flat = property.isUnwrapping() || property instanceof AnyGetterWriter;
		String path = flat ? bean.path() : "%s.%s".formatted(bean.path(), property.getName());
		Place place = new Place(path, property.getType(), property);
		Object one = get(property, value);
		Object other = get(property, read);
		if (property.getAnnotation(JsonSerialize.class) == null) {
			compare(place, one, other, found);
		}
		else if (UNTYPED.contains(property.getType().getRawClass()) && !isSameKind(one, other)) {
			found.put(path, "%s is loaded as %s".formatted(name(one), name(other)));
		}
	}

	private static @Nullable Object get(BeanPropertyWriter property, Object bean) {
		try {
			return property.get(bean);
		}
		catch (Exception ex) {
			throw DatabindException.from((JsonParser) null,
					"\"%s\" of %s cannot be read".formatted(property.getName(), bean.getClass().getTypeName()), ex);
		}
	}

	/** A value that is not stored, such as an empty list, may be missing. */
	private static boolean isSameKind(@Nullable Object value, @Nullable Object read) {
		if (value == null || read == null) {
			return value == null || !isWrittenAsNull(value);
		}
		return kind(value) == kind(read) || (kind(value) == Collection.class && read instanceof Collection);
	}

	private static boolean isWrittenAsNull(Object value) {
		return value instanceof Optional || value instanceof OptionalInt || value instanceof OptionalLong
				|| value instanceof OptionalDouble || value instanceof AtomicReference || value instanceof JsonNode;
	}

	private static Class<?> kind(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.getDeclaringClass();
		}
		for (Class<?> kind : List.of(JsonNode.class, Map.class, List.class, Set.class)) {
			if (kind.isInstance(value)) {
				return kind;
			}
		}
		return (value instanceof Collection && !(value instanceof Queue)) ? Collection.class : value.getClass();
	}

	private static String name(@Nullable Object value) {
		if (value == null) {
			return "null";
		}
		return (value instanceof Enum<?> constant) ? constant.getDeclaringClass().getTypeName()
				: value.getClass().getTypeName();
	}

	/**
	 * The place of a value.
	 *
	 * @param path path to it, such as {@code .items[0]}
	 * @param type its declared type
	 * @param property the property that contains it, {@code null} for none
	 */
	private record Place(String path, JavaType type, @Nullable BeanProperty property) {

		Place of(JavaType other) {
			return new Place(this.path, other, this.property);
		}

		Place at(String step, JavaType content) {
			return new Place(this.path + step, content, this.property);
		}

	}

	/** Two objects, compared by identity. */
	private record Pair(Object value, Object read) {

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Pair that && that.value == this.value && that.read == this.read;
		}

		@Override
		public int hashCode() {
			return 31 * System.identityHashCode(this.value) + System.identityHashCode(this.read);
		}

	}

}
