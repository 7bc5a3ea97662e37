package io.rivetevents.protocol;

import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Writes JSON with markers.
 */
final class JsonWriter implements MessageWriter {

	private static final JsonFactory FACTORY = new JsonFactory();

	private final ByteArrayBuilder bytes = new ByteArrayBuilder(256);

	private final JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), this.bytes);

	@Override
	public void startMap(int size) {
		this.out.writeStartObject();
	}

	@Override
	public void endMap() {
		this.out.writeEndObject();
	}

	@Override
	public void name(String name) {
		this.out.writeName(name);
	}

	@Override
	public void text(String text) {
		this.out.writeString(text);
	}

	@Override
	public void id(long id) {
		marker(Markers.BIG_INT, Long.toString(id));
	}

	@Override
	public void number(long number) {
		this.out.writeNumber(number);
	}

	@Override
	public void nothing() {
		this.out.writeNull();
	}

	@Override
	public void values(List<JsonNode> values) {
		array(values, values.size() == 2 && Markers.looksLikeMarker(values.get(0)));
	}

	private void array(Iterable<JsonNode> values, boolean escape) {
		this.out.writeStartArray();
		boolean first = escape;
		for (JsonNode value : values) {
			if (first) {
				this.out.writeString("$" + value.stringValue());
			}
			else {
				value(value);
			}
			first = false;
		}
		this.out.writeEndArray();
	}

	@Override
	public void value(@Nullable JsonNode value) {
		if (value == null) {
			this.out.writeStartArray();
			this.out.writeString(Markers.UNDEFINED);
			this.out.writeNumber(0);
			this.out.writeEndArray();
			return;
		}
		switch (value.getNodeType()) {
			case OBJECT -> object(value);
			case ARRAY -> array((ArrayNode) value, Markers.looksLikeMarker((ArrayNode) value));
			case STRING -> this.out.writeString(value.stringValue());
			case NUMBER -> number(value);
			case BOOLEAN -> this.out.writeBoolean(value.booleanValue());
			case BINARY -> marker(Markers.BYTES, Base64.getEncoder().encodeToString(value.binaryValue()));
			case NULL, MISSING -> this.out.writeNull();
			case POJO -> throw new IllegalArgumentException("Not a value: " + value);
		}
	}

	private void object(JsonNode object) {
		this.out.writeStartObject();
		for (Map.Entry<String, JsonNode> property : object.properties()) {
			this.out.writeName(property.getKey());
			value(property.getValue());
		}
		this.out.writeEndObject();
	}

	private void number(JsonNode number) {
		if (number.isBigInteger()) {
			marker(Markers.BIG_INT, number.bigIntegerValue().toString());
		}
		else if (!number.isIntegralNumber()) {
			floating(number.doubleValue());
		}
		else if (Values.isSafe(number.longValue())) {
			this.out.writeNumber(number.longValue());
		}
		else {
			marker(Markers.BIG_INT, BigInteger.valueOf(number.longValue()).toString());
		}
	}

	private void floating(double number) {
		if (Double.isFinite(number)) {
			this.out.writeNumber(number);
		}
		else {
			this.out.writeNull();
		}
	}

	private void marker(String name, String value) {
		this.out.writeStartArray();
		this.out.writeString(name);
		this.out.writeString(value);
		this.out.writeEndArray();
	}

	@Override
	public byte[] toBytes() {
		this.out.close();
		return this.bytes.toByteArray();
	}

}
