/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Bodies of actions over HTTP, as the published client wrote and understood them.
 */
class HttpBodyVectorTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest(name = "{0}")
	@MethodSource("actions")
	void readsTheRequest(String description, JsonNode vector) {
		byte[] body = Vectors.bytes(vector.get("request"));
		assertThat(Vectors.encoding(vector).codec().decodeActionRequest(body)).containsExactly(IntNode.valueOf(5));
		assertThat(ClientCodec.encodeActionRequest(Vectors.encoding(vector), List.of(IntNode.valueOf(5))))
			.isEqualTo(body);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("actions")
	void writesTheAnswer(String description, JsonNode vector) {
		JsonNode output = orNull(Vectors.value(vector.get("observed")));
		byte[] body = Vectors.encoding(vector).codec().encodeActionResponse(output);
		assertThat(body).isEqualTo(Vectors.bytes(vector.get("response")));
		assertThat(ClientCodec.decodeActionResponse(Vectors.encoding(vector), body)).isEqualTo(output);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("errors")
	void writesTheError(String description, JsonNode vector) {
		ToClient.Error error = error(vector.get("observed"));
		Encoding encoding = vector.get("response").has("text") ? Encoding.JSON : Vectors.encoding(vector);
		byte[] body = encoding.codec().encodeError(error);
		assertThat(body).isEqualTo(Vectors.bytes(vector.get("response")));
		assertThat(ClientCodec.decodeError(encoding, body)).isEqualTo(error);
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void anErrorBodyHasNoActionId(Encoding encoding) {
		ToClient.Error error = new ToClient.Error("user", "c", "m", null, 7L, new ActorSpecifier("a", 2, null));
		assertThat(ClientCodec.decodeError(encoding, encoding.codec().encodeError(error)))
			.isEqualTo(new ToClient.Error("user", "c", "m", null, null, new ActorSpecifier("a", 2, null)));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void takesWhatIsNoArrayAsOneArgument(Encoding encoding) {
		assertThat(decodeArgs(encoding, StringNode.valueOf("x"))).containsExactly(StringNode.valueOf("x"));
		assertThat(decodeArgs(encoding, NODES.objectNode().put("a", 1)))
			.containsExactly(NODES.objectNode().put("a", 1));
		assertThat(decodeArgs(encoding, NullNode.getInstance())).isEmpty();
		assertThat(decodeArgs(encoding, NODES.arrayNode())).isEmpty();
		assertThat(decodeArgs(encoding, NODES.arrayNode().addNull())).containsExactly(NullNode.getInstance());
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR" })
	void takesMissingArgumentsAsNone(Encoding encoding) {
		byte[] empty = (encoding == Encoding.JSON) ? "{\"other\":1}".getBytes() : new byte[] { (byte) 0xa0 };
		assertThat(encoding.codec().decodeActionRequest(empty)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void refusesABodyThatIsNone(Encoding encoding) {
		for (byte[] body : new byte[][] { {}, "[1]".getBytes(), "nonsense".getBytes(), { (byte) 0x80 }, { 4, 0 } }) {
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> encoding.codec().decodeActionRequest(body))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo("invalid_request"));
		}
	}

	static Stream<Arguments> actions() {
		return vectors("HttpAction");
	}

	static Stream<Arguments> errors() {
		return Stream.concat(vectors("HttpResponseError"), vectors("JSON error body"));
	}

	private static Stream<Arguments> vectors(String kind) {
		return Vectors.of("http")
			.filter((vector) -> vector.get("kind").stringValue().startsWith(kind))
			.map((vector) -> Arguments.of(Vectors.describe(vector), vector));
	}

	/** Not from the client of the tests, which writes nothing but arrays. */
	private static List<JsonNode> decodeArgs(Encoding encoding, JsonNode args) {
		byte[] body = switch (encoding) {
			case JSON -> JsonMapper.shared().writeValueAsBytes(NODES.objectNode().set("args", args));
			case CBOR -> ClientValues.toCbor(NODES.objectNode().set("args", args));
			case BARE -> bare(ClientValues.toCbor(args));
			default -> throw new IllegalArgumentException();
		};
		return new ArrayList<>(encoding.codec().decodeActionRequest(body));
	}

	private static byte[] bare(byte[] cbor) {
		byte[] body = new byte[cbor.length + 3];
		body[0] = 4;
		body[2] = (byte) cbor.length;
		System.arraycopy(cbor, 0, body, 3, cbor.length);
		return body;
	}

	private static ToClient.Error error(JsonNode observed) {
		JsonNode actor = observed.get("actor");
		return new ToClient.Error(observed.get("group").stringValue(), observed.get("code").stringValue(),
				observed.get("message").stringValue(), observed.get("metadata"), null,
				(actor != null) ? new ActorSpecifier(actor.get("actorId").stringValue(),
						actor.get("generation").longValue(), actor.get("key").stringValue()) : null);
	}

	private static @Nullable JsonNode orNull(JsonNode value) {
		return value.isMissingNode() ? null : value;
	}

}
