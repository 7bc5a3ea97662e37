/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * Reads an action and writes an event like the project's own classes, with Jackson's
 * streaming API: the same records and the same bytes, with the markers of the samples.
 */
final class JacksonMessages {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final SerializedString BODY = new SerializedString("body");

	private static final SerializedString TAG = new SerializedString("tag");

	private static final SerializedString VALUE = new SerializedString("val");

	private static final SerializedString NAME = new SerializedString("name");

	private static final SerializedString ARGS = new SerializedString("args");

	private static final SerializedString EVENT = new SerializedString("Event");

	private static final double MAX_SAFE_INTEGER = (1L << 53) - 1;

	/**
	 * Uses Jackson's shortest digits, since those of {@code Double} are not before JDK
	 * 19.
	 */
	private final JsonFactory factory = JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build();

	// Reading

	ToServer.ActionRequest read(byte[] frame) {
		try (JsonParser in = this.factory.createParser(ObjectReadContext.empty(), frame)) {
			Parts parts = new Parts();
			start(in);
			for (String name = in.nextName(); name != null; name = in.nextName()) {
				in.nextToken();
				if (name.equals("body")) {
					readBody(in, parts);
				}
				else {
					value(in);
				}
			}
			if (in.nextToken() != null) {
				throw new IllegalArgumentException("The message is followed by other data");
			}
			return parts.toMessage();
		}
	}

	private static void start(JsonParser in) {
		if (in.nextToken() != JsonToken.START_OBJECT) {
			throw new IllegalArgumentException("An object is expected");
		}
	}

	private static void readBody(JsonParser in, Parts parts) {
		for (String name = in.nextName(); name != null; name = in.nextName()) {
			in.nextToken();
			switch (name) {
				case "tag" -> parts.tag = value(in);
				case "val" -> readValue(in, parts);
				default -> value(in);
			}
		}
	}

	private static void readValue(JsonParser in, Parts parts) {
		for (String name = in.nextName(); name != null; name = in.nextName()) {
			in.nextToken();
			switch (name) {
				case "id" -> parts.id = value(in);
				case "name" -> parts.name = value(in);
				case "args" -> parts.args = value(in);
				default -> value(in);
			}
		}
	}

	private static JsonNode value(JsonParser in) {
		return switch (in.currentToken()) {
			case START_OBJECT -> object(in);
			case START_ARRAY -> array(in);
			case VALUE_STRING -> NODES.stringNode(in.getString());
			case VALUE_NUMBER_INT -> switch (in.getNumberType()) {
				case INT -> NODES.numberNode(in.getIntValue());
				case LONG -> NODES.numberNode(in.getLongValue());
				default -> NODES.numberNode(in.getDoubleValue());
			};
			case VALUE_NUMBER_FLOAT -> number(in.getDoubleValue());
			case VALUE_TRUE -> NODES.booleanNode(true);
			case VALUE_FALSE -> NODES.booleanNode(false);
			case VALUE_NULL -> NODES.nullNode();
			default -> throw new IllegalArgumentException("The message is not valid JSON");
		};
	}

	private static JsonNode number(double number) {
		long whole = (long) number;
		if (number != whole || Math.abs(number) > MAX_SAFE_INTEGER) {
			return NODES.numberNode(number);
		}
		return ((int) whole == whole) ? NODES.numberNode((int) whole) : NODES.numberNode(whole);
	}

	private static ObjectNode object(JsonParser in) {
		ObjectNode object = NODES.objectNode();
		for (String name = in.nextName(); name != null; name = in.nextName()) {
			in.nextToken();
			object.set(name, value(in));
		}
		return object;
	}

	private static JsonNode array(JsonParser in) {
		ArrayNode array = NODES.arrayNode();
		while (in.nextToken() != JsonToken.END_ARRAY) {
			array.add(value(in));
		}
		return (array.size() == 2 && isMarker(array.get(0)))
				? NODES.numberNode(new BigInteger(array.get(1).stringValue())) : array;
	}

	private static boolean isMarker(JsonNode first) {
		return first.isString() && first.stringValue().startsWith("$");
	}

	// Writing

	byte[] write(ToClient.Event event) {
		BufferRecycler buffers = this.factory._getBufferRecycler();
		try (ByteArrayBuilder out = new ByteArrayBuilder(buffers)) {
			try (JsonGenerator json = this.factory.createGenerator(ObjectWriteContext.empty(), out)) {
				json.writeStartObject();
				json.writeName(BODY);
				json.writeStartObject();
				json.writeName(TAG);
				json.writeString(EVENT);
				json.writeName(VALUE);
				json.writeStartObject();
				json.writeName(NAME);
				json.writeString(event.name());
				json.writeName(ARGS);
				write(event.args(), json);
				json.writeEndObject();
				json.writeEndObject();
				json.writeEndObject();
			}
			return out.getClearAndRelease();
		}
		finally {
			buffers.releaseToPool();
		}
	}

	private static void write(Iterable<JsonNode> values, JsonGenerator json) {
		json.writeStartArray();
		for (JsonNode value : values) {
			write(value, json);
		}
		json.writeEndArray();
	}

	private static void write(JsonNode value, JsonGenerator json) {
		switch (value.getNodeType()) {
			case OBJECT -> {
				json.writeStartObject();
				for (Map.Entry<String, JsonNode> property : value.properties()) {
					json.writeName(property.getKey());
					write(property.getValue(), json);
				}
				json.writeEndObject();
			}
			case ARRAY -> write((Iterable<JsonNode>) value, json);
			case STRING -> json.writeString(value.stringValue());
			case NUMBER -> {
				if (value.isIntegralNumber()) {
					json.writeNumber(value.longValue());
				}
				else {
					write(value.doubleValue(), json);
				}
			}
			case BOOLEAN -> json.writeBoolean(value.booleanValue());
			case NULL -> json.writeNull();
			default -> throw new IllegalArgumentException("The samples do not contain this type of value: " + value);
		}
	}

	/** Writes a whole number without a fraction, like JavaScript. */
	private static void write(double number, JsonGenerator json) {
		if (number == (long) number && Math.abs(number) <= MAX_SAFE_INTEGER) {
			json.writeNumber((long) number);
		}
		else {
			json.writeNumber(number);
		}
	}

	/**
	 * The fields of a message, in any order.
	 */
	private static final class Parts {

		private @Nullable JsonNode tag;

		private @Nullable JsonNode id;

		private @Nullable JsonNode name;

		private @Nullable JsonNode args;

		ToServer.ActionRequest toMessage() {
			if (this.tag == null || !this.tag.stringValue().equals("ActionRequest") || this.id == null
					|| this.name == null || this.args == null) {
				throw new IllegalArgumentException("The message is not an action");
			}
			List<JsonNode> values = new ArrayList<>(this.args.size());
			this.args.forEach(values::add);
			return new ToServer.ActionRequest(this.id.bigIntegerValue().longValueExact(), this.name.stringValue(),
					values);
		}

	}

}
