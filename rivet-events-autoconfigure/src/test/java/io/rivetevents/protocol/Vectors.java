package io.rivetevents.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was recorded of the published clients: {@code protocol/vectors.json}.
 */
final class Vectors {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final JsonNode ALL = load();

	private Vectors() {
	}

	private static JsonNode load() {
		try (InputStream in = Vectors.class.getResourceAsStream("/protocol/vectors.json")) {
			return new JsonMapper().readTree(in);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Stream<JsonNode> of(String section) {
		return StreamSupport.stream(ALL.path(section).spliterator(), false);
	}

	static Encoding encoding(JsonNode vector) {
		return Encoding.of(vector.path("encoding").stringValue());
	}

	static byte[] bytes(JsonNode vector) {
		return vector.has("hex") ? HexFormat.of().parseHex(vector.path("hex").stringValue())
				: vector.path("text").stringValue().getBytes(StandardCharsets.UTF_8);
	}

	/** The value of what is written as {@code {"$js":type,"v":…}}: as we model it. */
	static JsonNode value(JsonNode written) {
		if (written.isArray()) {
			ArrayNode array = NODES.arrayNode();
			written.forEach((element) -> {
				JsonNode value = value(element);
				array.add(value.isMissingNode() ? NODES.nullNode() : value);
			});
			return array;
		}
		if (!written.isObject()) {
			return written;
		}
		return written.has("$js") ? special(written.path("$js").stringValue(), written.path("v")) : object(written);
	}

	private static JsonNode object(JsonNode written) {
		ObjectNode object = NODES.objectNode();
		written.properties().forEach((property) -> {
			JsonNode value = value(property.getValue());
			if (!value.isMissingNode()) {
				object.set(property.getKey(), value);
			}
		});
		return object;
	}

	private static JsonNode special(String type, JsonNode value) {
		return switch (type) {
			case "undefined" -> MissingNode.getInstance();
			case "bigint" -> NODES.numberNode(new BigInteger(value.stringValue()));
			case "Uint8Array", "ArrayBuffer" -> NODES.binaryNode(HexFormat.of().parseHex(value.stringValue()));
			case "Date" -> value;
			case "Set" -> value(value);
			case "number" -> NODES.numberNode(Double.parseDouble(value.stringValue()));
			default -> throw new IllegalArgumentException(type);
		};
	}

}
