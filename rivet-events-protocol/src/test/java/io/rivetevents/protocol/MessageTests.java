/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages beyond the recorded ones: optional parts, ids, and what is refused.
 */
class MessageTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void writesEachCombinationOfTheOptionalPartsOfAnError(Encoding encoding) {
		for (JsonNode metadata : new JsonNode[] { null, NODES.objectNode().put("a", 1), StringNode.valueOf("x") }) {
			for (Long actionId : new Long[] { null, 0L, 127L, 128L, 4294967296L, Long.MAX_VALUE }) {
				for (ActorSpecifier actor : new ActorSpecifier[] { null, new ActorSpecifier("a", 0, null),
						new ActorSpecifier("a", 4294967296L, "k") }) {
					ToClient.Error error = new ToClient.Error("g", "c", "m", metadata, actionId, actor);
					assertThat(ClientCodec.decode(encoding, encoding.codec().encode(error))).isEqualTo(error);
				}
			}
		}
	}

	@Test
	void neverWritesNullWhereTheClientDropsIt() {
		ToClient.Error error = new ToClient.Error("g", "c", "m", NullNode.getInstance(), null,
				new ActorSpecifier("a", 1, null));
		assertThat(Encoding.JSON.codec().encode(error)).asString()
			.isEqualTo("{\"body\":{\"tag\":\"Error\",\"val\":{\"group\":\"g\",\"code\":\"c\",\"message\":\"m\","
					+ "\"actionId\":null,\"actor\":{\"actorId\":\"a\",\"generation\":1}}}}");
		assertThat(Encoding.JSON.codec().encodeError(new ToClient.Error("g", "c", "m", null, null, null))).asString()
			.isEqualTo("{\"group\":\"g\",\"code\":\"c\",\"message\":\"m\"}");
	}

	/** Our addition; the binary encoding without names has no place for it. */
	@Test
	void readsTheTagsOfASubscription() {
		String start = "{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"e\",\"subscribe\":true";
		assertThat(decode(start + ",\"tags\":[\"a\",\"b\",\"a\"]}}}"))
			.isEqualTo(new ToServer.SubscriptionRequest("e", true, Set.of("a", "b")));
		assertThat(decode(start + ",\"tags\":[]}}}")).isEqualTo(new ToServer.SubscriptionRequest("e", true));
		assertThat(decode(start + ",\"tags\":null}}}")).isEqualTo(new ToServer.SubscriptionRequest("e", true));
		assertThat(decode(start + "}}}")).isEqualTo(new ToServer.SubscriptionRequest("e", true));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> decode(start + ",\"tags\":[1]}}}"))
			.withMessageContaining("tags");
	}

	@Test
	void hasATagForEachKindOfMessage() {
		assertThat(ToServer.class.getPermittedSubclasses()).extracting(Class::getSimpleName)
			.containsExactlyInAnyOrder(
					Stream.of(ToServer.Kind.values()).map(ToServer.Kind::tag).toArray(String[]::new));
		for (ToServer.Kind kind : ToServer.Kind.values()) {
			assertThat(ToServer.Kind.of(kind.tag())).isEqualTo(kind);
		}
		assertThat(ToServer.Kind.of("actionRequest")).isNull();
		ToServer.SubscriptionRequest subscription = new ToServer.SubscriptionRequest("e", true);
		for (ToServer message : List.of(new ToServer.ActionRequest(1, "a", List.of()), subscription,
				new ToServer.Cancel(1), new ToServer.Hello(List.of(), null, null, null, null, null),
				new ToServer.Authenticate(JsonNodeFactory.instance.objectNode()))) {
			assertThat(message.kind().tag()).isEqualTo(message.getClass().getSimpleName());
			assertThat(visited(message)).isSameAs(message);
		}
	}

	private static ToServer visited(ToServer message) {
		List<ToServer> visited = new ArrayList<>();
		message.accept(new ToServer.Visitor<List<ToServer>>() {

			@Override
			public void actionRequest(ToServer.ActionRequest request, List<ToServer> all) {
				all.add(request);
			}

			@Override
			public void subscriptionRequest(ToServer.SubscriptionRequest request, List<ToServer> all) {
				all.add(request);
			}

			@Override
			public void cancel(ToServer.Cancel cancel, List<ToServer> all) {
				all.add(cancel);
			}

			@Override
			public void hello(ToServer.Hello hello, List<ToServer> all) {
				all.add(hello);
			}

			@Override
			public void authenticate(ToServer.Authenticate authenticate, List<ToServer> all) {
				all.add(authenticate);
			}

		}, visited);
		return visited.get(0);
	}

	private static ToServer decode(String json) {
		return Encoding.JSON.codec().decode(json.getBytes(StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void writesAndReadsIds(Encoding encoding) {
		for (long id : new long[] { 0, 23, 24, 127, 128, 16_383, 16_384, 4294967295L, 4294967296L, 9007199254740993L,
				Long.MAX_VALUE }) {
			ToClient.ActionResponse response = new ToClient.ActionResponse(id, IntNode.valueOf(1));
			assertThat(ClientCodec.decode(encoding, encoding.codec().encode(response))).isEqualTo(response);
			ToServer.ActionRequest request = new ToServer.ActionRequest(id, "a", List.of());
			assertThat(encoding.codec().decode(ClientCodec.encode(encoding, request))).isEqualTo(request);
		}
	}

	/** A client in another language may write an id in any of these ways. */
	@ParameterizedTest
	@ValueSource(strings = { "07", "1807", "190007", "1a00000007", "1b0000000000000007", "fb401c000000000000", "f94700",
			"c24107", "826724426967496e746137" })
	void readsAnIdInCborHoweverItIsWritten(String id) {
		assertThat(Encoding.CBOR.codec().decode(cborRequest(id)))
			.isEqualTo(new ToServer.ActionRequest(7, "a", List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "20", "3b0000000000000000", "1b8000000000000000", "c249010000000000000000", "f6", "6137",
			"f5", "fb4019000000000000", "fb7ff8000000000000", "8107" })
	void refusesAnIdInCborThatIsNone(String id) {
		assertRefused(Encoding.CBOR, cborRequest(id));
	}

	@ParameterizedTest
	@ValueSource(strings = { "7", "7.0", "[\"$BigInt\",\"7\"]" })
	void readsAnIdInJsonHoweverItIsWritten(String id) {
		assertThat(Encoding.JSON.codec().decode(jsonRequest(id)))
			.isEqualTo(new ToServer.ActionRequest(7, "a", List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "7.5", "1e30", "\"7\"", "null", "[\"$BigInt\",\"-1\"]", "[\"$BigInt\",\"x\"]",
			"[\"$BigInt\",\"9223372036854775808\"]", "9223372036854775808" })
	void refusesAnIdInJsonThatIsNone(String id) {
		assertRefused(Encoding.JSON, jsonRequest(id));
	}

	@Test
	void readsFieldsInAnyOrderAndIgnoresOthers() {
		byte[] frame = """
				{"x":1,"body":{"val":{"args":[1],"more":{"id":["$BigInt","9"]},"name":"a","id":["$BigInt","7"]},"y":[],
				"tag":"ActionRequest"},"z":{}}""".getBytes(StandardCharsets.UTF_8);
		assertThat(Encoding.JSON.codec().decode(frame))
			.isEqualTo(new ToServer.ActionRequest(7, "a", List.of(IntNode.valueOf(1))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "[]", "null", "{\"body\":null}", "{\"body\":{}}",
			"{\"body\":{\"tag\":\"ActionRequest\"}}", "{\"body\":{\"tag\":\"Init\",\"val\":{}}}",
			"{\"body\":{\"tag\":1,\"val\":{}}}", "{\"body\":{\"tag\":\"ActionRequest\",\"val\":[]}}",
			"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"name\":\"a\",\"args\":[]}}}",
			"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"args\":[]}}}",
			"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"a\"}}}",
			"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":1,\"args\":[]}}}",
			"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"a\"}}}",
			"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"subscribe\":true}}}",
			"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"a\",\"subscribe\":1}}}",
			"{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"a\",\"subscribe\":true}}" })
	void refusesAFrameThatLacksSomething(String json) {
		assertRefused(Encoding.JSON, json.getBytes(StandardCharsets.UTF_8));
		assertRefused(Encoding.CBOR, ClientValues.toCbor(ClientValues.ofJson(json.getBytes(StandardCharsets.UTF_8))));
	}

	/** Each is one mistake away from a request that is read. */
	@ParameterizedTest
	@CsvSource({ "no bytes,''", "half a version,04", "no message,0400", "version 0,0000 00 01 0161 0180",
			"version 5,0500 00 01 0161 0180", "version 260,0401 00 01 0161 0180", "tag,0400 02 01 0161 0180",
			"tag not minimal,0400 8000 01 0161 0180", "id not minimal,0400 00 8100 0161 0180",
			"id of 64 bits,0400 00 ffffffffffffffffff01 0161 0180", "length not minimal,0400 00 01 8100 61 0180",
			"name too long,0400 00 01 7f61 0180", "name far too long,0400 00 01 ffffffff0f61 0180",
			"name no UTF-8,0400 00 01 02c328 0180", "arguments too long,0400 00 01 0161 0280",
			"arguments followed,0400 00 01 0161 028000", "arguments empty,0400 00 01 0161 00",
			"arguments cut off,0400 00 01 0161 0181", "message followed,0400 00 01 0161 0180 00",
			"boolean 2,0400 01 0161 02", "boolean ff,0400 01 0161 ff", "subscription followed,0400 01 0161 01 00" })
	void refusesABareFrame(String mistake, String hex) {
		assertThat(Encoding.BARE.codec().decode(HexFormat.of().parseHex("0400000101610180"))).isNotNull();
		assertRefused(Encoding.BARE, HexFormat.of().parseHex(hex.replace(" ", "")));
	}

	@Test
	void readsTheLargestIdInBare() {
		assertThat(Encoding.BARE.codec().decode(HexFormat.of().parseHex("040000ffffffffffffffff7f01610180")))
			.isEqualTo(new ToServer.ActionRequest(Long.MAX_VALUE, "a", List.of()));
	}

	@Test
	void readsCborBehindTheTagThatSaysItIsCbor() {
		byte[] frame = HexFormat.of().parseHex("d9d9f7" + HexFormat.of().formatHex(cborRequest("07")));
		assertThat(Encoding.CBOR.codec().decode(frame)).isEqualTo(new ToServer.ActionRequest(7, "a", List.of()));
	}

	@Test
	void copiesArguments() {
		List<JsonNode> args = new ArrayList<>(Arrays.asList(IntNode.valueOf(1), null));
		ToClient.Event event = new ToClient.Event("ev", args);
		args.clear();
		assertThat(event.args()).containsExactly(IntNode.valueOf(1), NullNode.getInstance());
	}

	private static void assertRefused(Encoding encoding, byte[] frame) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> encoding.codec().decode(frame))
			.satisfies((ex) -> assertThat(ex.group() + "." + ex.code()).isEqualTo("actor.invalid_request"));
	}

	private static byte[] cborRequest(String id) {
		return HexFormat.of()
			.parseHex("a164626f6479a2637461676d416374696f6e526571756573746376616ca3626964" + id
					+ "646e616d656161646172677380");
	}

	private static byte[] jsonRequest(String id) {
		return "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":%s,\"name\":\"a\",\"args\":[]}}}".formatted(id)
			.getBytes(StandardCharsets.UTF_8);
	}

}
