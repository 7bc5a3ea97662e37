package io.rivetevents.protocol;

import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/**
 * Converts between the application's objects and values of the protocol, with the
 * application's own mapper. Its {@link JacksonException}s are left to the caller unless
 * said otherwise.
 */
public final class ValueMapper {

	private static final Log logger = LogFactory.getLog(ValueMapper.class);

	private final JsonMapper mapper;

	/**
	 * Create a mapper.
	 * @param mapper the application's
	 */
	public ValueMapper(JsonMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Convert an object to a value.
	 * @param object the object; {@code null} becomes a null node, and a value is left as
	 * it is, not copied
	 */
	public JsonNode toTree(@Nullable Object object) {
		if (object == null) {
			return NullNode.getInstance();
		}
		return (object instanceof JsonNode node) ? node
				: guard(() -> this.mapper.<JsonNode>valueToTree(object), "The value cannot be written");
	}

	/**
	 * An error of the application's getters and setters is one like others: Reactor would
	 * let it pass, and nobody would be told.
	 */
	private static <T extends @Nullable Object> T guard(Supplier<T> work, String failure) {
		try {
			return work.get();
		}
		catch (StackOverflowError | LinkageError ex) {
			throw DatabindException.from((JsonParser) null, failure, ex);
		}
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
			return this.mapper.treeToValue(node, type);
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
	 * Convert a value to an object.
	 * @param node the value
	 * @param type type of the object
	 * @throws RivetException {@code actor.validation_error} if it does not fit
	 */
	public <T> @Nullable T convert(JsonNode node, Class<T> type) {
		try {
			return boxed(type).cast(fromTree(node, constructType(type)));
		}
		catch (JacksonException ex) {
			throw new RivetException(ErrorCode.VALIDATION_ERROR,
					"The value does not fit %s.".formatted(type.getSimpleName()));
		}
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
	 * Write an object as JSON.
	 * @return UTF-8
	 */
	public byte[] write(@Nullable Object object) {
		return guard(() -> this.mapper.writeValueAsBytes(object), "The object cannot be written");
	}

	/**
	 * Read an object from JSON.
	 * @param json UTF-8
	 * @param type type of the object
	 */
	public @Nullable Object read(byte[] json, Type type) {
		return ValueMapper.<@Nullable Object>guard(() -> this.mapper.readValue(json, constructType(type)),
				"The object cannot be read");
	}

	/**
	 * Read a value from JSON that a client sent.
	 * @param json UTF-8
	 * @throws RivetException {@code request.invalid} if it is none
	 */
	public JsonNode readTree(byte[] json) {
		try {
			return this.mapper.readTree(json);
		}
		catch (JacksonException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The body is not JSON.");
		}
	}

}
