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
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.value.WireValues;

/**
 * Converts between the application's objects and values of the protocol, with the
 * application's own mapper. What is read from values takes no scalar for another: see
 * {@code docs/values.md}. {@link JacksonException}s are left to the caller unless said
 * otherwise.
 */
public final class ValueMapper {

	private static final Log logger = LogFactory.getLog(ValueMapper.class);

	private final JsonMapper mapper;

	private final JsonMapper strict;

	private final ValueWriter writer;

	private final AllowedValues allowed;

	/**
	 * Create a mapper.
	 * @param mapper the application's
	 */
	public ValueMapper(JsonMapper mapper) {
		this.mapper = mapper;
		this.strict = ClientValueMapper.of(mapper);
		this.writer = new ValueWriter(mapper);
		this.allowed = new AllowedValues(this.writer, this.strict);
	}

	/**
	 * Returns how values of a type are written; worth keeping.
	 * @param type a class, or a type with arguments
	 */
	public DeclaredType declared(Type type) {
		return new DeclaredType(this.writer, this.mapper, constructType(type));
	}

	/**
	 * Convert an object to a value.
	 * @param object the object; {@code null} becomes a null node, and a value is left as
	 * it is, not copied
	 */
	public JsonNode toTree(@Nullable Object object) {
		return this.writer.toTree(object);
	}

	/**
	 * Returns what a client receives for an exception, with its metadata converted.
	 * @param ex the exception
	 * @param actionId which action, {@code null} if it is the connection
	 * @param actor which instance, {@code null} if unknown
	 */
	public ToClient.Error toError(RivetException ex, @Nullable Long actionId, @Nullable ActorSpecifier actor) {
		JsonNode metadata = (ex.metadata() != null) ? toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, actionId, actor);
	}

	/**
	 * Convert a value to an object.
	 * @param node the value
	 * @param type type of the object; a value is left as it is if that is asked for
	 * @return the object; {@code null} if the mapper makes that of a null node
	 * @throws JacksonException if the value does not fit, whatever a deserializer throws
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
			// deserializers cast, parse and calculate with what a client has sent
			logger.debug("A value does not fit %s".formatted(type), ex);
			throw DatabindException.from((JsonParser) null, "The value does not fit %s".formatted(type), ex);
		}
	}

	/**
	 * JavaScript has one kind of number, so a whole one is an integer however it was
	 * written. Few are written so that they have to be looked for.
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
	 * Convert a value to an object.
	 * @param node the value
	 * @param type type of the object
	 * @throws RivetException {@code actor.validation_error} if it does not fit
	 */
	public <T> @Nullable T convert(JsonNode node, Class<T> type) {
		return boxed(type).cast(convert(node, constructType(type)));
	}

	/**
	 * Converts a value to an object.
	 * @param node the value
	 * @param type type of the object
	 * @throws RivetException {@code actor.validation_error} if it does not fit
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
	 * Says why a value could not be converted.
	 * @param node the value
	 * @param ex what was thrown
	 */
	public Misfit misfit(JsonNode node, JacksonException ex) {
		return Misfit.of(node, ex, this.allowed);
	}

	@SuppressWarnings("unchecked")
	private static <T> Class<T> boxed(Class<T> type) {
		return (Class<T>) MethodType.methodType(type).wrap().returnType();
	}

	/**
	 * Return the type as the mapper knows it; worth keeping.
	 * @param type a class, or a type with arguments
	 */
	public JavaType constructType(Type type) {
		return this.mapper.constructType(type);
	}

	/**
	 * Check that objects of a type can be written.
	 * @param type a concrete type
	 * @throws JacksonException if its properties contradict each other
	 */
	public void checkEncodable(JavaType type) {
		this.mapper._serializationContext().findValueSerializer(type);
	}

	/**
	 * Returns what a type shows to be lost between writing and reading it.
	 * @param type type of what is stored
	 * @return a sentence, {@code null} if nothing is
	 */
	public @Nullable String storageProblem(Type type) {
		return StorableType.problem(constructType(type), this.mapper);
	}

	/**
	 * Returns the values that are read back as another class, at places whose declared
	 * type allows any class.
	 * @param value the object that was written
	 * @param read what was read of it
	 * @param type the declared type of both
	 * @return both classes as a text, by the path of the value; empty if there is none
	 */
	public SortedMap<String, String> classDifferences(@Nullable Object value, @Nullable Object read, JavaType type) {
		return ValueWriter.guard(() -> StoredClasses.differences(value, read, type, this.mapper),
				"The object cannot be compared");
	}

	/**
	 * Write an object as JSON.
	 * @return UTF-8
	 */
	public byte[] write(@Nullable Object object) {
		return this.writer.write(object);
	}

	/**
	 * Read an object from JSON.
	 * @param json UTF-8
	 * @param type type of the object
	 */
	public @Nullable Object read(byte[] json, Type type) {
		return ValueWriter.<@Nullable Object>guard(() -> this.mapper.readValue(json, constructType(type)),
				"The object cannot be read");
	}

	/**
	 * Read a value from JSON that a client sent, as strictly as a message.
	 * @param json UTF-8
	 * @throws RivetException {@code request.invalid} if it is none
	 */
	public JsonNode readTree(byte[] json) {
		try {
			return WireValues.decodeJson(json);
		}
		catch (RivetException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The body is not JSON.");
		}
	}

}
