/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ValueMapperTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void carriesAnObjectOverTheWire(Encoding encoding) {
		Everything sent = new Everything(1, 1700000000000L, 1.5, 0.25f, new BigInteger("18446744073709551616"),
				new BigDecimal("2.5"), "é😀", true, UUID.fromString("75dc400e-bcc6-4172-87bd-2ea838e0c6bb"),
				Instant.parse("2024-01-02T03:04:05.678Z"), List.of("$x", "y"), Map.of("k", 1), Optional.empty(), null);
		byte[] frame = encoding.codec().encode(new ToClient.Event("ev", List.of(this.mapper.toTree(sent))));
		JsonNode arrived = ((ToClient.Event) ClientCodec.decode(encoding, frame)).args().get(0);
		byte[] back = ClientCodec.encode(encoding, new ToServer.ActionRequest(0, "a", List.of(arrived)));
		JsonNode read = ((ToServer.ActionRequest) encoding.codec().decode(back)).args().get(0);
		assertThat(this.mapper.fromTree(read, this.mapper.constructType(Everything.class))).isEqualTo(sent);
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void carriesBytesOverTheWire(Encoding encoding) {
		JsonNode sent = this.mapper.toTree(Map.of("bytes", new byte[] { 1, 2, -1 }));
		byte[] frame = encoding.codec().encode(new ToClient.Event("ev", List.of(sent)));
		JsonNode arrived = ((ToClient.Event) ClientCodec.decode(encoding, frame)).args().get(0).get("bytes");
		assertThat(arrived).isEqualTo(NODES.binaryNode(new byte[] { 1, 2, -1 }));
		byte[] back = ClientCodec.encode(encoding, new ToServer.ActionRequest(0, "a", List.of(arrived)));
		JsonNode read = ((ToServer.ActionRequest) encoding.codec().decode(back)).args().get(0);
		assertThat(this.mapper.convert(read, byte[].class)).containsExactly(1, 2, -1);
	}

	@Test
	void makesTheErrorOfAnException() {
		ActorSpecifier actor = new ActorSpecifier("a", 1, "k");
		UserError ex = new UserError("full", "x".repeat(20), Map.of("left", 0));
		ToClient.Error error = this.mapper.toError(ex, 7L, actor);
		assertThat(error).isEqualTo(
				new ToClient.Error("user", "full", "x".repeat(20), NODES.objectNode().put("left", 0), 7L, actor));
		assertThat(error.shortened(10)).isEqualTo(new ToClient.Error("user", "full", "x".repeat(10), null, 7L, actor));
		assertThat(this.mapper.toError(new RivetException(ErrorCode.FORBIDDEN), null, null))
			.isEqualTo(ToClient.Error.of(ErrorCode.FORBIDDEN, ErrorCode.FORBIDDEN.message()));
		assertThat(ToClient.Error.ofAction(ErrorCode.FORBIDDEN, 3)).extracting(ToClient.Error::actionId).isEqualTo(3L);
	}

	@Test
	void leavesAValueAsItIs() {
		ObjectNode value = NODES.objectNode();
		assertThat(this.mapper.toTree(value)).isSameAs(value);
		assertThat(this.mapper.fromTree(value, this.mapper.constructType(JsonNode.class))).isSameAs(value);
		assertThat(this.mapper.fromTree(value, this.mapper.constructType(ObjectNode.class))).isSameAs(value);
		assertThat(this.mapper.toTree(null)).isSameAs(NullNode.getInstance());
	}

	@Test
	void refusesAValueOfAnotherKind() {
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> this.mapper.fromTree(NODES.objectNode(), this.mapper.constructType(ArrayNode.class)));
	}

	@Test
	void convertsToPrimitives() {
		assertThat(this.mapper.convert(IntNode.valueOf(5), int.class)).isEqualTo(5);
		assertThat(this.mapper.convert(IntNode.valueOf(5), Long.class)).isEqualTo(5L);
	}

	@Test
	void saysThatAValueDoesNotFit() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.mapper.convert(StringNode.valueOf("x"), Integer.class))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("validation_error"));
	}

	@Test
	void writesAndReadsJsonWithoutMarkers() {
		byte[] json = this.mapper.write(Map.of("a", List.of("$x", 1)));
		assertThat(json).asString().isEqualTo("{\"a\":[\"$x\",1]}");
		assertThat(this.mapper.read(json, Map.class)).isEqualTo(Map.of("a", List.of("$x", 1)));
		assertThat(this.mapper.readTree(json)).isEqualTo(this.mapper.toTree(Map.of("a", List.of("$x", 1))));
	}

	@Test
	void saysThatABodyIsNotJson() {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.mapper.readTree("{".getBytes()))
			.satisfies((ex) -> assertThat(ex.group() + "." + ex.code()).isEqualTo("request.invalid"));
	}

	@Test
	void writesATypeThatIsItsOwnArgument() {
		Leaf leaf = new Leaf();
		assertThat(this.mapper.declared(Node.class).toTree(leaf)).hasToString("{\"next\":null}");
		assertThat(this.mapper.declared(Leaf.class).toTree(leaf)).hasToString("{\"next\":null}");
		assertThat(this.mapper.declared(new TypeReference<List<? extends Comparable<?>>>() {
		}.getType()).toTree(List.of(1))).hasToString("[1]");
	}

	static class Node<T extends Node<T>> {

		public @Nullable T next;

	}

	static class Leaf extends Node<Leaf> {

	}

	record Everything(int small, long timestamp, double real, float single, BigInteger bigint, BigDecimal decimal,
			String text, boolean flag, UUID uuid, Instant instant, List<String> pair, Map<String, Integer> map,
			Optional<String> none, @Nullable String nothing) {
	}

}
