/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.util.SortedMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.value.WireValues;

/**
 * Converts between objects of the application and values of the protocol, with the
 * application's mapper. Scalars are not converted into other scalars on reading: see
 * {@code docs/values.md}. Methods throw {@link JacksonException} unless documented
 * otherwise.
 */
public final class ValueMapper {

	private static final Log logger = LogFactory.getLog(ValueMapper.class);

	private final JsonMapper mapper;

	private final JsonMapper strict;

	private final ValueWriter writer;

	private final AllowedValues allowed;

	/**
	 * Creates a mapper.
	 * @param mapper mapper of the application
	 */
	public ValueMapper(JsonMapper mapper) {
		this.mapper = mapper;
		this.strict = ClientValueMapper.of(mapper);
		this.writer = new ValueWriter(mapper);
		this.allowed = new AllowedValues(this.writer, this.strict);
	}

	/**
	 * Returns the form in which values of a type are written. The result should be kept.
	 * @param type a class, or a type with arguments
	 */
	public DeclaredType declared(Type type) {
		return new DeclaredType(this.writer, this.mapper, constructType(type));
	}

	/**
	 * Converts an object to a value.
	 * @param object the object; {@code null} becomes a null node, and a {@code JsonNode}
	 * is returned unchanged, not copied
	 */
	public JsonNode toTree(@Nullable Object object) {
		return this.writer.toTree(object);
	}

	/**
	 * Returns the error that a client receives for an exception, with its metadata
	 * converted.
	 * @param ex the exception
	 * @param actionId id of the action, {@code null} if the error concerns the connection
	 * @param actor the instance, {@code null} if unknown
	 */
	public ToClient.Error toError(RivetException ex, @Nullable Long actionId, @Nullable ActorSpecifier actor) {
		JsonNode metadata = (ex.metadata() != null) ? toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, actionId, actor);
	}

	/**
	 * Converts a value to an object.
	 * @param node the value
	 * @param type type of the object; a {@code JsonNode} is returned unchanged if that is
	 * the requested type
	 * @return the object; {@code null} if the mapper converts a null node to it
	 * @throws JacksonException if the value does not match the type, whatever exception a
	 * deserializer throws
	 */
	public @Nullable Object fromTree(JsonNode node, JavaType type) {
		if (type.isTypeOrSubTypeOf(JsonNode.class) && type.getRawClass().isInstance(node)) {
			return node;
		}
		try {
			return read(node, type);
		}
		catch (JacksonException ex) {
			throw ex;
		}
		catch (RuntimeException | StackOverflowError | LinkageError ex) {
			// deserializers cast, parse and calculate with data of a client
			logger.debug("A value does not fit %s".formatted(type), ex);
			throw DatabindException.from((JsonParser) null, "The value does not fit %s".formatted(type), ex);
		}
	}

	/**
	 * JavaScript has one kind of number, so a whole number is an integer in whatever form
	 * it was written. Few values contain numbers that need this conversion.
	 */
	private @Nullable Object read(JsonNode node, JavaType type) {
		try {
			return this.strict.treeToValue(node, type);
		}
		catch (JacksonException ex) {
			JsonNode whole = WholeNumbers.of(node);
			if (whole == node) {
				throw ex;
			}
			return this.strict.treeToValue(whole, type);
		}
	}

	/**
	 * Converts a value to an object.
	 * @param node the value
	 * @param type type of the object
	 * @throws RivetException with {@code actor.validation_error} if the value does not
	 * match the type
	 */
	public <T> @Nullable T convert(JsonNode node, Class<T> type) {
		return boxed(type).cast(convert(node, constructType(type)));
	}

	/**
	 * Converts a value to an object.
	 * @param node the value
	 * @param type type of the object
	 * @throws RivetException with {@code actor.validation_error} if the value does not
	 * match the type
	 */
	public @Nullable Object convert(JsonNode node, JavaType type) {
		try {
			return fromTree(node, type);
		}
		catch (JacksonException ex) {
			Misfit misfit = misfit(node, ex);
			String field = misfit.path().isEmpty() ? "it" : misfit.path().substring(1);
			throw new RivetException(ErrorCode.VALIDATION_ERROR, "The value does not fit %s: %s %s."
				.formatted(type.getRawClass().getSimpleName(), field, misfit.message()));
		}
	}

	/**
	 * Describes why a value could not be converted.
	 * @param node the value
	 * @param ex exception of the conversion
	 */
	public Misfit misfit(JsonNode node, JacksonException ex) {
		return Misfit.of(node, ex, this.allowed);
	}

	@SuppressWarnings("unchecked")
	private static <T> Class<T> boxed(Class<T> type) {
		return (Class<T>) MethodType.methodType(type).wrap().returnType();
	}

	/**
	 * Returns the type as a Jackson type. The result should be kept.
	 * @param type a class, or a type with arguments
	 */
	public JavaType constructType(Type type) {
		return this.mapper.constructType(type);
	}

	/**
	 * Checks that objects of a type can be written.
	 * @param type a concrete type
	 * @throws JacksonException if its properties are inconsistent
	 */
	public void checkEncodable(JavaType type) {
		this.mapper._serializationContext().findValueSerializer(type);
	}

	/**
	 * Returns a part of a type that would be lost between writing and reading.
	 * @param type type of the stored value
	 * @return a sentence that describes the problem, {@code null} if there is none
	 */
	public @Nullable String storageProblem(Type type) {
		return StorableType.problem(constructType(type), this.mapper);
	}

	/**
	 * Returns the values that are read back as another class, at places whose declared
	 * type allows any class.
	 * @param value the object that was written
	 * @param read the object that was read back
	 * @param type the declared type of both
	 * @return a text with both classes, by the path of the value; empty if there is none
	 */
	public SortedMap<String, String> classDifferences(@Nullable Object value, @Nullable Object read, JavaType type) {
		return ValueWriter.guard(() -> StoredClasses.differences(value, read, type, this.mapper),
				"The object cannot be compared");
	}

	/**
	 * Writes an object as JSON.
	 * @return UTF-8
	 */
	public byte[] write(@Nullable Object object) {
		return this.writer.write(object);
	}

	/**
	 * Reads an object from JSON.
	 * @param json UTF-8
	 * @param type type of the object
	 */
	public @Nullable Object read(byte[] json, Type type) {
		return ValueWriter.<@Nullable Object>guard(() -> this.mapper.readValue(json, constructType(type)),
				"The object cannot be read");
	}

	/**
	 * Reads an object from JSON, and fails if the JSON has a property that the type does
	 * not have.
	 * @param json UTF-8
	 * @param type type of the object
	 */
	public @Nullable Object readExactly(byte[] json, JavaType type) {
		return ValueWriter.<@Nullable Object>guard(() -> this.mapper.readerFor(type)
			.with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.readValue(json), "The object cannot be read");
	}

	/**
	 * Reads a tree from JSON of the application. Numbers keep all their digits.
	 * @param json UTF-8
	 */
	public JsonNode readStoredTree(byte[] json) {
		return this.mapper.readerFor(JsonNode.class)
			.with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
			.without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
			.readValue(json);
	}

	/**
	 * Reads a value from the JSON of a client, as strictly as a message.
	 * @param json UTF-8
	 * @throws RivetException with {@code request.invalid} if it is not valid JSON
	 */
	public JsonNode readTree(byte[] json) {
		try {
			return WireValues.decodeJson(json);
		}
		catch (RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The body is not valid JSON.");
		}
	}

}
