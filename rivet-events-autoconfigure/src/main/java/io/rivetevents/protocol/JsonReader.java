package io.rivetevents.protocol;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON and resolves its markers on the way. Jackson bounds the depth.
 */
final class JsonReader {

	private static final JsonFactory FACTORY = new JsonFactory();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private JsonReader() {
	}

	static JsonNode read(byte[] bytes) {
		try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), bytes)) {
			JsonNode value = Markers.defined(value(in, in.nextToken()));
			if (in.nextToken() != null) {
				throw Markers.malformed("something follows it");
			}
			return value;
		}
		catch (JacksonException ex) {
			throw Markers.malformed("it is no JSON");
		}
	}

	private static JsonNode value(JsonParser in, JsonToken token) {
		if (token == null) {
			throw Markers.malformed("it is empty");
		}
		return switch (token) {
			case START_OBJECT -> object(in);
			case START_ARRAY -> Markers.resolve(array(in));
			case VALUE_STRING -> NODES.stringNode(in.getString());
			case VALUE_NUMBER_INT -> integer(in);
			case VALUE_NUMBER_FLOAT -> NODES.numberNode(in.getDoubleValue());
			case VALUE_TRUE -> NODES.booleanNode(true);
			case VALUE_FALSE -> NODES.booleanNode(false);
			case VALUE_NULL -> NODES.nullNode();
			default -> throw Markers.malformed("it is no JSON");
		};
	}

	private static JsonNode integer(JsonParser in) {
		return switch (in.getNumberType()) {
			case INT -> NODES.numberNode(in.getIntValue());
			case LONG -> NODES.numberNode(in.getLongValue());
			default -> NODES.numberNode(in.getBigIntegerValue());
		};
	}

	private static ArrayNode array(JsonParser in) {
		ArrayNode array = NODES.arrayNode();
		JsonToken token = in.nextToken();
		while (token != JsonToken.END_ARRAY) {
			array.add(Markers.defined(value(in, token)));
			token = in.nextToken();
		}
		return array;
	}

	private static ObjectNode object(JsonParser in) {
		ObjectNode object = NODES.objectNode();
		while (in.nextToken() == JsonToken.PROPERTY_NAME) {
			String name = in.currentName();
			JsonNode value = value(in, in.nextToken());
			if (value != MissingNode.getInstance()) {
				object.set(name, value);
			}
		}
		return object;
	}

}
