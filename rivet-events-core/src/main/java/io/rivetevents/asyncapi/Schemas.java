/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.asyncapi;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.classmate.ResolvedType;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomPropertyDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.TypeContext;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Nullness;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.TypeFactory;

import io.rivetevents.conversion.WrittenForm;
import io.rivetevents.conversion.WrittenForm.Kind;
import io.rivetevents.conversion.WrittenForms;

/**
 * Creates JSON Schemas of Java types in the form in which Jackson writes them to clients,
 * with the values that only the protocol has: {@code format} {@code bigint} is a bigint,
 * {@code bytes} a byte array, {@code int64} a number, or a bigint beyond 2^53.
 */
final class Schemas {

	private static final String PATH = "components/schemas";

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** Written as null if empty, and not required when read. */
	private static final Set<Class<?>> MAYBE = Set.of(Optional.class, OptionalInt.class, OptionalLong.class,
			OptionalDouble.class, AtomicReference.class);

	private final TypeFactory types;

	private final WrittenForms forms;

	private final SchemaBuilder builder;

	Schemas(JsonMapper mapper) {
		this.types = mapper.getTypeFactory();
		this.forms = new WrittenForms(mapper);
		SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(mapper, SchemaVersion.DRAFT_2020_12,
				OptionPreset.PLAIN_JSON)
			.with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.DEFINITIONS_FOR_MEMBER_SUPERTYPES,
					Option.FLATTENED_OPTIONALS, Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
			.without(Option.SCHEMA_VERSION_INDICATOR)
			.with(new JacksonSchemaModule());
		config.forTypesInGeneral()
			.withCustomDefinitionProvider(this::wellKnown)
			.withSubtypeResolver(Schemas::permitted);
		config.forFields()
			.withCustomDefinitionProvider(this::ofField)
			.withNullableCheck(Schemas::isNullable)
			.withRequiredCheck((field) -> !isNullable(field));
		this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
	}

	/** Returns the schema of types that the generator and Jackson treat differently. */
	private @Nullable CustomDefinition wellKnown(ResolvedType type, SchemaGenerationContext context) {
		Class<?> erased = type.getErasedType();
		if (erased == Optional.class) {
			return null;
		}
		WrittenForm form = this.forms.of(javaType(type));
		boolean known = switch (form.kind()) {
			case OBJECT -> Objects.requireNonNull(form.type()).hasRawClass(erased);
			case MAP -> Map.class.isAssignableFrom(erased);
			case ARRAY -> context.getTypeContext().isContainerType(type);
			default -> false;
		};
		return known ? null : new CustomDefinition(whole(form, context), !erased.isEnum());
	}

	/** Returns the schema of a property according to its annotations. */
	private @Nullable CustomPropertyDefinition ofField(FieldScope field, SchemaGenerationContext context) {
		if (field.isFakeContainerItemScope()) {
			return null;
		}
		WrittenForm form = this.forms.of(javaType(field.getDeclaringType()), field.getDeclaredName());
		return (form != null) ? new CustomPropertyDefinition(whole(form, context)) : null;
	}

	/**
	 * Wraps a reference, because the generator copies the schema before it completes the
	 * reference.
	 */
	private ObjectNode whole(WrittenForm form, SchemaGenerationContext context) {
		ObjectNode schema = schema(form, context);
		return (form.kind() == Kind.OBJECT) ? NODES.objectNode().set("anyOf", NODES.arrayNode().add(schema)) : schema;
	}

	private ObjectNode schema(WrittenForm form, SchemaGenerationContext context) {
		return switch (form.kind()) {
			case TEXT -> scalar("string", form.format());
			case BOOLEAN -> scalar("boolean", null);
			case INTEGER -> scalar("integer", null);
			case LONG -> scalar("integer", "int64");
			case BIG_INTEGER -> scalar("integer", "bigint");
			case NUMBER -> scalar("number", null);
			case BYTES -> scalar("string", "bytes");
			case NULL -> scalar("null", null);
			case ANY -> NODES.objectNode();
			case CONSTANT ->
				NODES.objectNode().set("enum", NODES.arrayNode().addAll(form.constants().stream().distinct().toList()));
			case ARRAY -> scalar("array", null).set("items", schema(Objects.requireNonNull(form.items()), context));
			case MAP -> scalar("object", null).set("additionalProperties",
					schema(Objects.requireNonNull(form.items()), context));
			case OBJECT -> context
				.createDefinitionReference(resolved(Objects.requireNonNull(form.type()), context.getTypeContext()));
		};
	}

	private static ObjectNode scalar(String type, @Nullable String format) {
		ObjectNode schema = NODES.objectNode().put("type", type);
		return (format != null) ? schema.put("format", format) : schema;
	}

	/** Converts the generator's type to Jackson's. */
	private JavaType javaType(ResolvedType type) {
		if (type.isArray()) {
			return this.types.constructArrayType(javaType(type.getArrayElementType()));
		}
		JavaType[] arguments = type.getTypeParameters().stream().map(this::javaType).toArray(JavaType[]::new);
		return (arguments.length != 0) ? this.types.constructParametricType(type.getErasedType(), arguments)
				: this.types.constructType(type.getErasedType());
	}

	/** Converts Jackson's type to the generator's. */
	private static ResolvedType resolved(JavaType type, TypeContext context) {
		Type[] arguments = type.getBindings()
			.getTypeParameters()
			.stream()
			.map((argument) -> resolved(argument, context))
			.toArray(Type[]::new);
		return context.resolve(type.getRawClass(), arguments);
	}

	/**
	 * Returns the permitted subtypes of a sealed type, which Jackson writes; type
	 * information is handled by its module.
	 */
	private static @Nullable List<ResolvedType> permitted(ResolvedType type, SchemaGenerationContext context) {
		Class<?> erased = type.getErasedType();
		if (!erased.isSealed()) {
			return null;
		}
		return Arrays.stream(erased.getPermittedSubclasses())
			.map((subtype) -> context.getTypeContext().resolveSubtype(type, subtype))
			.toList();
	}

	private static boolean isNullable(FieldScope field) {
		return field.getType() != null && (MAYBE.contains(field.getType().getErasedType())
				|| Nullness.forField(field.getRawMember()) == Nullness.NULLABLE);
	}

	JsonNode of(Type type, boolean nullable) {
		ResolvableType resolved = ResolvableType.forType(type);
		if (resolved.resolve() == Optional.class) {
			return of(resolved.getGeneric(0).getType(), true);
		}
		boolean maybe = nullable || MAYBE.contains(resolved.toClass());
		JsonNode schema = this.builder.createSchemaReference(type);
		if (!maybe) {
			return schema;
		}
		ArrayNode either = NODES.arrayNode();
		either.add(schema).addObject().put("type", "null");
		return NODES.objectNode().set("anyOf", either);
	}

	/**
	 * Must be called after all types have been requested, because it completes the
	 * references to them.
	 */
	ObjectNode definitions() {
		return this.builder.collectDefinitions(PATH);
	}

}
