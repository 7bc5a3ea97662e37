package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class VectorsTests {

	static Stream<JsonNode> fromClients() {
		return Vectors.of("clientToServer");
	}

	@ParameterizedTest
	@MethodSource("fromClients")
	void readsWhatClientsSend(JsonNode vector) {
		JsonNode decoded = vector.path("decoded");
		ToServer expected = decoded.has("eventName")
				? new ToServer.SubscriptionRequest(decoded.path("eventName").stringValue(),
						decoded.path("subscribe").booleanValue())
				: new ToServer.ActionRequest(Long.parseLong(decoded.path("id").stringValue()),
						decoded.path("name").stringValue(), list(Vectors.value(decoded.path("args"))));
		assertThat(Vectors.encoding(vector).codec().decode(Vectors.bytes(vector))).isEqualTo(expected);
	}

	@ParameterizedTest
	@MethodSource("fromClients")
	void readsAllVersionsOfBare(JsonNode vector) {
		byte[] frame = Vectors.bytes(vector);
		if (Vectors.encoding(vector) != Encoding.BARE) {
			return;
		}
		ToServer expected = Encoding.BARE.codec().decode(frame);
		for (byte version = 1; version <= 4; version++) {
			frame[0] = version;
			assertThat(Encoding.BARE.codec().decode(frame)).isEqualTo(expected);
		}
		frame[0] = 5;
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> Encoding.BARE.codec().decode(frame));
	}

	static Stream<JsonNode> forClients() {
		return Vectors.of("serverToClient").filter((vector) -> vector.path("accepted").booleanValue());
	}

	static Stream<JsonNode> writtenByUs() {
		return forClients().filter((vector) -> vector.path("decoded").isObject() && !isOldVersion(vector));
	}

	private static boolean isOldVersion(JsonNode vector) {
		return vector.path("note").asString("").startsWith("protocol v");
	}

	@ParameterizedTest
	@MethodSource("writtenByUs")
	void writesWhatClientsAccept(JsonNode vector) {
		byte[] written = Vectors.encoding(vector).codec().encode(message(vector));
		assertThat(readable(vector, written)).isEqualTo(readable(vector, Vectors.bytes(vector)));
	}

	@ParameterizedTest
	@MethodSource("forClients")
	void theClientOfTheseTestsReadsWhatClientsAccept(JsonNode vector) {
		ToClient message = new ClientCodec(Vectors.encoding(vector)).decode(Vectors.bytes(vector));
		assertThat(message.getClass().getSimpleName()).isEqualTo(vector.path("kind").stringValue());
		if (vector.path("decoded").isObject() && !isOldVersion(vector)) {
			assertThat(Vectors.encoding(vector).codec().encode(message))
				.isEqualTo(Vectors.encoding(vector).codec().encode(message(vector)));
		}
	}

	static Stream<JsonNode> dropped() {
		return Vectors.of("serverToClient").filter((vector) -> !vector.path("accepted").booleanValue());
	}

	@ParameterizedTest
	@MethodSource("dropped")
	void theClientOfTheseTestsRefusesWhatClientsDrop(JsonNode vector) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ClientCodec(Vectors.encoding(vector)).decode(Vectors.bytes(vector)));
	}

	static Stream<JsonNode> values() {
		return Vectors.of("values").filter((vector) -> switch (vector.path("value").path("$js").asString("")) {
			case "Float64Array", "Uint16Array", "Map", "RegExp" -> false; // by name below
			default -> true;
		});
	}

	@ParameterizedTest
	@MethodSource("values")
	void readsValues(JsonNode vector) {
		JsonNode expected = Markers.defined(Vectors.value(vector.path("value")));
		assertThat(normal(Values.decodeCbor(hex(vector, "cborCompat")))).isEqualTo(normal(expected));
		assertThat(normal(Values.decodeCbor(hex(vector, "cborArg")))).isEqualTo(normal(expected));
	}

	@Test
	void readsTypedArraysAndMaps() {
		assertThat(Values.decodeCbor(HexFormat.of().parseHex("d85648000000000000f83f")).toString()).isEqualTo("[1.5]");
		assertThat(Values.decodeCbor(HexFormat.of().parseHex("d8454401000200")).toString()).isEqualTo("[1,2]");
		assertThat(Values.decodeCbor(HexFormat.of().parseHex("d90103a2616b01026176")).toString())
			.isEqualTo("{\"k\":1,\"2\":\"v\"}");
		assertThat(Values.decodeCbor(HexFormat.of().parseHex("f93c00")).doubleValue()).isEqualTo(1.0);
		assertThat(Values.decodeCbor(HexFormat.of().parseHex("7f61616162ff")).stringValue()).isEqualTo("ab");
	}

	@ParameterizedTest
	@MethodSource("values")
	void readsValuesInJson(JsonNode vector) {
		switch (vector.path("value").path("$js").asString("")) {
			case "undefined", "Set", "number" -> {
				return; // JSON.stringify has made something else of it
			}
			default -> {
				JsonNode expected = Markers.defined(Vectors.value(vector.path("value")));
				assertThat(normal(Values.decodeJson(vector.path("jsonArg").stringValue()))).isEqualTo(normal(expected));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("values")
	void writesValuesSoThatTheyAreReadAgain(JsonNode vector) {
		JsonNode value = Markers.defined(Vectors.value(vector.path("value")));
		CborWriter cbor = new CborWriter();
		cbor.value(value);
		assertThat(normal(Values.decodeCbor(cbor.toBytes()))).isEqualTo(normal(value));
	}

	static Stream<JsonNode> keys() {
		return Vectors.of("keys");
	}

	@ParameterizedTest
	@MethodSource("keys")
	void keysAreSerializedAndRead(JsonNode vector) {
		ActorKey key = ActorKey.of(list(vector.path("key")).stream().map(JsonNode::stringValue).toArray(String[]::new));
		assertThat(key.serialize()).isEqualTo(vector.path("serialized").stringValue());
		assertThat(ActorKey.parse(key.serialize())).isEqualTo(key);
	}

	static Stream<JsonNode> httpBodies() {
		return Vectors.of("http").filter((vector) -> vector.path("kind").stringValue().startsWith("HttpAction"));
	}

	@ParameterizedTest
	@MethodSource("httpBodies")
	void readsAndWritesHttpBodies(JsonNode vector) {
		Codec codec = Vectors.encoding(vector).codec();
		assertThat(codec.decodeActionRequest(Vectors.bytes(vector.path("request"))).toString()).isEqualTo("[5]");
		JsonNode output = Vectors.value(vector.path("observed"));
		byte[] written = codec.encodeActionResponse(output.isMissingNode() ? null : output);
		assertThat(readable(vector, written)).isEqualTo(readable(vector, Vectors.bytes(vector.path("response"))));
	}

	static Stream<JsonNode> httpErrors() {
		return Vectors.of("http").filter((vector) -> vector.path("kind").stringValue().equals("HttpResponseError"));
	}

	@ParameterizedTest
	@MethodSource("httpErrors")
	void writesHttpErrors(JsonNode vector) {
		JsonNode metadata = new tools.jackson.databind.json.JsonMapper().readTree("{\"a\":1}");
		ToClient.Error error = new ToClient.Error("user", "my_code", "my message", metadata, null,
				new ActorSpecifier("actor-1", 1, "general"));
		byte[] written = Vectors.encoding(vector).codec().encodeError(error);
		assertThat(readable(vector, written)).isEqualTo(readable(vector, Vectors.bytes(vector.path("response"))));
	}

	@Test
	void argsThatAreNoArrayAreOneArgument() {
		assertThat(Encoding.JSON.codec().decodeActionRequest("{\"args\":5}".getBytes(StandardCharsets.UTF_8)))
			.hasSize(1);
		assertThat(Encoding.JSON.codec().decodeActionRequest("{\"args\":null}".getBytes(StandardCharsets.UTF_8)))
			.isEmpty();
	}

	/** Nothing but the one exception escapes, whatever the bytes. */
	@ParameterizedTest
	@EnumSource(Encoding.class)
	void refusesBrokenFramesInOneWay(Encoding encoding) {
		Random random = new Random(17);
		List<byte[]> frames = new ArrayList<>();
		fromClients().filter((vector) -> Vectors.encoding(vector) == encoding).map(Vectors::bytes).forEach(frames::add);
		int refused = 0;
		for (int round = 0; round < 20_000; round++) {
			byte[] frame = frames.get(random.nextInt(frames.size())).clone();
			for (int flips = random.nextInt(3); flips >= 0; flips--) {
				frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
			}
			byte[] broken = java.util.Arrays.copyOf(frame, random.nextInt(frame.length + 1));
			try {
				encoding.codec().decode(broken);
			}
			catch (RivetException ex) {
				assertThat(ex.code()).isEqualTo("invalid_request");
				refused++;
			}
		}
		assertThat(refused).isGreaterThan(1000);
	}

	@Test
	void refusesLengthsThatAreNotThere() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> Values.decodeCbor(HexFormat.of().parseHex("9affffffff")));
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> Values.decodeCbor(HexFormat.of().parseHex("5b7fffffffffffffff")));
	}

	@Test
	void refusesWhatIsNestedTooDeep() {
		byte[] cbor = new byte[5000];
		java.util.Arrays.fill(cbor, (byte) 0x81);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> Values.decodeCbor(cbor));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> Values.decodeJson("[".repeat(5000)));
	}

	private static ToClient message(JsonNode vector) {
		JsonNode decoded = vector.path("decoded");
		return switch (vector.path("kind").stringValue()) {
			case "Init" ->
				new ToClient.Init(decoded.path("actorId").stringValue(), decoded.path("connectionId").stringValue());
			case "ActionResponse" -> {
				JsonNode output = Vectors.value(decoded.path("output"));
				yield new ToClient.ActionResponse(Long.parseLong(decoded.path("id").path("v").stringValue()),
						output.isMissingNode() ? null : output);
			}
			case "Event" ->
				new ToClient.Event(decoded.path("name").stringValue(), list(Vectors.value(decoded.path("args"))));
			default -> error(decoded);
		};
	}

	private static ToClient.Error error(JsonNode decoded) {
		JsonNode id = decoded.path("actionId");
		JsonNode actor = decoded.path("actor");
		return new ToClient.Error(decoded.path("group").stringValue(), decoded.path("code").stringValue(),
				decoded.path("message").stringValue(), decoded.get("metadata"),
				id.isNull() ? null : Long.valueOf(id.path("v").stringValue()),
				actor.isMissingNode() ? null : new ActorSpecifier(actor.path("actorId").stringValue(),
						actor.path("generation").longValue(), actor.path("key").stringValue()));
	}

	private static String readable(JsonNode vector, byte[] bytes) {
		return (Vectors.encoding(vector) == Encoding.JSON) ? new String(bytes, StandardCharsets.UTF_8)
				: HexFormat.of().formatHex(bytes);
	}

	private static byte[] hex(JsonNode vector, String field) {
		return HexFormat.of().parseHex(vector.path(field).stringValue());
	}

	/** What JavaScript calls one number type. */
	private static String normal(JsonNode node) {
		return (node.isNumber() && !node.isBigInteger()) ? Double.toString(node.doubleValue() + 0.0) : node.toString();
	}

	private static List<JsonNode> list(JsonNode array) {
		List<JsonNode> list = new ArrayList<>();
		array.forEach((element) -> list.add((element != null) ? element : NullNode.getInstance()));
		return list;
	}

}
