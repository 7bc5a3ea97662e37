package io.rivetevents.asyncapi;

import java.lang.reflect.Type;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

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
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Nullness;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schema of Java types as Jackson writes them to clients, with the values that only
 * our wire has: {@code format} {@code bigint} is a bigint there, {@code bytes} a byte
 * array, {@code int64} a number, or a bigint beyond 2^53.
 */
final class Schemas {

	private static final String PATH = "components/schemas";

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** Values whose form is a setting of the mapper, and the format of their texts. */
	private static final Map<Object, String> SAMPLES = Map.of(Instant.EPOCH, "date-time",
			OffsetDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC), "date-time",
			ZonedDateTime.of(LocalDateTime.MIN, ZoneOffset.UTC), "date-time", LocalDateTime.MIN, "local-date-time",
			LocalDate.EPOCH, "date", LocalTime.NOON, "time", Duration.ofMillis(1), "duration", new UUID(0, 0), "uuid");

	private final JsonMapper mapper;

	private final SchemaBuilder builder;

	Schemas(JsonMapper mapper) {
		this.mapper = mapper;
		SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(mapper, SchemaVersion.DRAFT_2020_12,
				OptionPreset.PLAIN_JSON)
			.with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.DEFINITIONS_FOR_MEMBER_SUPERTYPES,
					Option.FLATTENED_OPTIONALS, Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
			.without(Option.SCHEMA_VERSION_INDICATOR)
			.with(new JacksonSchemaModule());
		config.forTypesInGeneral()
			.withCustomDefinitionProvider(this::wellKnown)
			.withSubtypeResolver(Schemas::permitted);
		config.forFields().withNullableCheck(Schemas::isNullable).withRequiredCheck((field) -> !isNullable(field));
		this.builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
	}

	private @Nullable CustomDefinition wellKnown(ResolvedType type, SchemaGenerationContext context) {
		Class<?> erased = type.getErasedType();
		if (erased.isEnum()) {
			return new CustomDefinition(constants(erased));
		}
		for (Map.Entry<Object, String> sample : SAMPLES.entrySet()) {
			if (sample.getKey().getClass() == erased) {
				return inline(written(sample.getKey(), sample.getValue()));
			}
		}
		if (erased == Long.class || erased == long.class) {
			return inline(text("integer", "int64"));
		}
		if (erased == BigInteger.class) {
			return inline(text("integer", "bigint"));
		}
		if (erased == byte[].class) {
			return inline(text("string", "bytes"));
		}
		return JsonNode.class.isAssignableFrom(erased) ? inline(NODES.objectNode()) : null;
	}

	/** What the mapper writes, whatever annotations and settings say so. */
	private ObjectNode constants(Class<?> type) {
		ObjectNode schema = NODES.objectNode();
		ArrayNode values = schema.putArray("enum");
		Stream.of(type.getEnumConstants()).map(this.mapper::<JsonNode>valueToTree).distinct().forEach(values::add);
		return schema;
	}

	private ObjectNode written(Object sample, String format) {
		JsonNode written = this.mapper.valueToTree(sample);
		if (written.isString()) {
			return text("string", format);
		}
		return written.isNumber() ? NODES.objectNode().put("type", "number") : NODES.objectNode();
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
		return field.getType() != null && (field.getType().getErasedType() == Optional.class
				|| Nullness.forField(field.getRawMember()) == Nullness.NULLABLE);
	}

	JsonNode of(Type type, boolean nullable) {
		ResolvableType resolved = ResolvableType.forType(type);
		if (resolved.resolve() == Optional.class) {
			return of(resolved.getGeneric(0).getType(), true);
		}
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
