package io.rivetevents.asyncapi;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.classmate.ResolvedType;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Nullness;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schema of Java types as Jackson writes them to clients, with the values that only
 * our wire has: {@code format} {@code bigint} is a bigint there, {@code bytes} a byte
 * array.
 */
final class Schemas {

	private static final String PATH = "components/schemas";

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final Map<Class<?>, String> TEXTS = Map.of(Instant.class, "date-time", OffsetDateTime.class,
			"date-time", ZonedDateTime.class, "date-time", LocalDateTime.class, "local-date-time", LocalDate.class,
			"date", LocalTime.class, "time", Duration.class, "duration", UUID.class, "uuid");

	private final SchemaBuilder builder;

	Schemas(JsonMapper mapper) {
		SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(mapper, SchemaVersion.DRAFT_2020_12,
				OptionPreset.PLAIN_JSON)
			.with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.DEFINITIONS_FOR_MEMBER_SUPERTYPES,
					Option.FLATTENED_OPTIONALS, Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
			.without(Option.SCHEMA_VERSION_INDICATOR)
			.with(new JacksonSchemaModule(JacksonOption.FLATTENED_ENUMS_FROM_JSONVALUE,
					JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY));
		config.forTypesInGeneral()
			.withCustomDefinitionProvider(Schemas::wellKnown)
			.withSubtypeResolver(Schemas::permitted);
		config.forFields().withNullableCheck(Schemas::isNullable).withRequiredCheck((field) -> !isNullable(field));
		this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
	}

	private static @Nullable CustomDefinition wellKnown(ResolvedType type, SchemaGenerationContext context) {
		Class<?> erased = type.getErasedType();
		String format = TEXTS.get(erased);
		if (format != null) {
			return inline(text("string", format));
		}
		if (erased == BigInteger.class) {
			return inline(text("integer", "bigint"));
		}
		if (erased == byte[].class) {
			return inline(text("string", "bytes"));
		}
		return JsonNode.class.isAssignableFrom(erased) ? inline(NODES.objectNode()) : null;
	}

	private static CustomDefinition inline(ObjectNode schema) {
		return new CustomDefinition(schema, true);
	}

	private static ObjectNode text(String type, String format) {
		return NODES.objectNode().put("type", type).put("format", format);
	}

	/** Jackson writes whichever it is; with type information its module knows better. */
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
		return field.getType() != null && (field.getType().getErasedType() == java.util.Optional.class
				|| Nullness.forField(field.getRawMember()) == Nullness.NULLABLE);
	}

	JsonNode of(Type type, boolean nullable) {
		JsonNode schema = this.builder.createSchemaReference(type);
		if (!nullable) {
			return schema;
		}
		ArrayNode either = NODES.arrayNode();
		either.add(schema).addObject().put("type", "null");
		return NODES.objectNode().set("anyOf", either);
	}

	/** To be asked for once all types have been: it completes the references to them. */
	ObjectNode definitions() {
		return this.builder.collectDefinitions(PATH);
	}

}
