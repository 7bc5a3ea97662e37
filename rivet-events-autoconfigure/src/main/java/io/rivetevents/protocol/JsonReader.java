package io.rivetevents.protocol;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON and resolves its markers on the way. Jackson bounds the depth and the length
 * of numbers.
 */
final class JsonReader implements MessageReader {

	private static final JsonFactory FACTORY = JsonFactory.builder()
		.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(Values.MAX_DEPTH).build())
		.build();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final JsonParser in;

	private JsonReader(JsonParser in) {
		this.in = in;
	}

	static void read(byte[] bytes, Consumer<MessageReader> body) {
		Utf8.check(bytes);
		try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
			body.accept(new JsonReader(in));
			if (in.nextToken() != null) {
				throw Markers.malformed("something follows it");
			}
		}
		catch (JacksonException ex) {
			throw Markers.malformed("it is no JSON, or too deep");
		}
	}

	@Override
	public void map(Consumer<String> field) {
		if (this.in.nextToken() != JsonToken.START_OBJECT) {
			throw Markers.malformed("an object is missing");
		}
		for (String name = this.in.nextName(); name != null; name = this.in.nextName()) {
			field.accept(name);
		}
	}

	@Override
	public JsonNode value() {
		return value(this.in.nextToken());
	}

	private JsonNode value(@Nullable JsonToken token) {
		if (token == null) {
			throw Markers.malformed("it is empty");
		}
		return switch (token) {
			case START_OBJECT -> object();
			case START_ARRAY -> Markers.resolve(array());
			case VALUE_STRING -> NODES.stringNode(this.in.getString());
			case VALUE_NUMBER_INT -> integer();
			case VALUE_NUMBER_FLOAT -> Values.number(this.in.getDoubleValue());
			case VALUE_TRUE -> NODES.booleanNode(true);
			case VALUE_FALSE -> NODES.booleanNode(false);
			case VALUE_NULL -> NODES.nullNode();
			default -> throw Markers.malformed("it is no JSON");
		};
	}

	/**
	 * A plain number is never a bigint; what a long cannot hold is a large JavaScript
	 * number.
	 */
	private JsonNode integer() {
		return switch (this.in.getNumberType()) {
			case INT -> NODES.numberNode(this.in.getIntValue());
			case LONG -> NODES.numberNode(this.in.getLongValue());
			default -> NODES.numberNode(this.in.getBigIntegerValue().doubleValue());
		};
	}

	private ArrayNode array() {
		ArrayNode array = NODES.arrayNode();
		for (JsonToken token = this.in.nextToken(); token != JsonToken.END_ARRAY; token = this.in.nextToken()) {
			array.add(Markers.defined(value(token)));
		}
		return array;
	}

	private ObjectNode object() {
		ObjectNode object = NODES.objectNode();
		for (String name = this.in.nextName(); name != null; name = this.in.nextName()) {
			JsonNode value = value();
			if (!value.isMissingNode()) {
				object.set(name, value);
			}
		}
		return object;
	}

}
