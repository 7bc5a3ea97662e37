/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;

/**
 * Lists the values that types of the application allow, for messages about invalid
 * values.
 */
public final class AllowedValues {

	/** Maximum number of values that are listed. */
	private static final int MAX_LISTED = 50;

	private final ValueWriter writer;

	private final JsonMapper strict;

	AllowedValues(ValueWriter writer, JsonMapper strict) {
		this.writer = writer;
		this.strict = strict;
	}

	/** Returns an object in its form on the wire. */
	JsonNode written(Object object) {
		return this.writer.toTree(object);
	}

	/** Returns the constants of an enum in their form on the wire. */
	Collection<String> constants(Class<?> type) {
		return Stream.of(type.getEnumConstants())
			.map((constant) -> this.writer.toTree(constant).asString())
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	/** Describes the ids of subtypes, {@code null} if they are not known. */
	@Nullable String typeIds(JavaType base) {
		DeserializationContext context = this.strict._deserializationContext();
		TypeDeserializer types = context.findTypeDeserializer(base);
		AnnotatedClass described = context.introspectBeanDescriptionForCreation(base).getClassInfo();
		List<String> names = this.strict.deserializationConfig()
			.getSubtypeResolver()
			.collectAndResolveSubtypesByTypeId(this.strict.deserializationConfig(), described)
			.stream()
			.filter(NamedType::hasName)
			.map(NamedType::getName)
			.distinct()
			.toList();
		if (names.isEmpty()) {
			return null;
		}
		String property = (types != null) ? types.getPropertyName() : null;
		String subject = (property != null) ? "needs \"%s\", which".formatted(property) : "needs a type, which";
		return "%s must be one of %s".formatted(subject, list(names));
	}

	public static String list(@Nullable Collection<?> values) {
		Collection<?> all = (values != null) ? values : List.of();
		return listed(all.stream().map("\"%s\""::formatted).toList());
	}

	/** Lists values in JSON. */
	static String listed(Collection<String> json) {
		String more = (json.size() > MAX_LISTED) ? " and %d more".formatted(json.size() - MAX_LISTED) : "";
		return json.stream().limit(MAX_LISTED).collect(Collectors.joining(", ")) + more;
	}

}
