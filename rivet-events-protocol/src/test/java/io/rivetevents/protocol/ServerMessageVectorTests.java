/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What the published client accepted and dropped, recorded.
 */
class ServerMessageVectorTests {

	@ParameterizedTest(name = "{0}")
	@MethodSource("written")
	void writesWhatTheClientAccepts(String description, JsonNode vector) {
		byte[] written = Vectors.encoding(vector).codec().encode(message(vector));
		assertThat(readable(vector, written)).isEqualTo(readable(vector, Vectors.bytes(vector)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("written")
	void theClientOfTheTestsReadsTheSame(String description, JsonNode vector) {
		assertThat(ClientCodec.decode(Vectors.encoding(vector), Vectors.bytes(vector))).isEqualTo(message(vector));
	}

	/** Rivet's server writes other lengths and another order of keys. */
	@ParameterizedTest(name = "{0}")
	@MethodSource("foreign")
	void theClientOfTheTestsReadsRivetAndOldVersions(String description, JsonNode vector) {
		ToClient read = ClientCodec.decode(Vectors.encoding(vector), Vectors.bytes(vector));
		assertObserved(read, vector.get("observed"));
		byte[] written = Vectors.encoding(vector).codec().encode(read);
		assertThat(ClientCodec.decode(Vectors.encoding(vector), written)).isEqualTo(read);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("rejected")
	void theClientOfTheTestsDropsTheSame(String description, JsonNode vector) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ClientCodec.decode(Vectors.encoding(vector), Vectors.bytes(vector)))
			.withMessageStartingWith("The JavaScript client drops it");
	}

	static Stream<Arguments> written() {
		return vectors(true).filter((vector) -> !isForeign(vector)).map(ServerMessageVectorTests::arguments);
	}

	static Stream<Arguments> foreign() {
		return vectors(true).filter(ServerMessageVectorTests::isForeign).map(ServerMessageVectorTests::arguments);
	}

	static Stream<Arguments> rejected() {
		return vectors(false).map(ServerMessageVectorTests::arguments);
	}

	private static Stream<JsonNode> vectors(boolean accepted) {
		return Vectors.of("serverToClient").filter((vector) -> vector.get("accepted").booleanValue() == accepted);
	}

	private static boolean isForeign(JsonNode vector) {
		String note = vector.path("note").asString("");
		return note.startsWith("captured") || note.startsWith("protocol v");
	}

	private static Arguments arguments(JsonNode vector) {
		return Arguments.of(Vectors.describe(vector), vector);
	}

	private static String readable(JsonNode vector, byte[] bytes) {
		return vector.has("text") ? new String(bytes, StandardCharsets.UTF_8) : HexFormat.of().formatHex(bytes);
	}

	private static ToClient message(JsonNode vector) {
		JsonNode decoded = vector.get("decoded");
		return switch (vector.get("kind").stringValue()) {
			case "Init" ->
				new ToClient.Init(decoded.get("actorId").stringValue(), decoded.get("connectionId").stringValue());
			case "ActionResponse" -> {
				JsonNode output = Vectors.value(decoded.get("output"));
				yield new ToClient.ActionResponse(id(decoded.get("id")), output.isMissingNode() ? null : output);
			}
			case "Event" -> {
				List<JsonNode> args = new ArrayList<>();
				Vectors.value(decoded.get("args")).forEach(args::add);
				yield new ToClient.Event(decoded.get("name").stringValue(), args);
			}
			case "Error" -> new ToClient.Error(decoded.get("group").stringValue(), decoded.get("code").stringValue(),
					decoded.get("message").stringValue(), decoded.get("metadata"),
					decoded.get("actionId").isNull() ? null : id(decoded.get("actionId")), actor(decoded.get("actor")));
			default -> throw new IllegalStateException(vector.toString());
		};
	}

	private static Long id(JsonNode recorded) {
		return Vectors.value(recorded).bigIntegerValue().longValueExact();
	}

	private static @Nullable ActorSpecifier actor(@Nullable JsonNode recorded) {
		return (recorded != null) ? new ActorSpecifier(recorded.get("actorId").stringValue(),
				recorded.get("generation").longValue(), recorded.get("key").stringValue()) : null;
	}

	private static void assertObserved(ToClient message, JsonNode observed) {
		if (message instanceof ToClient.Init init) {
			assertThat(init.actorId()).isEqualTo(observed.get("actorId").stringValue());
			assertThat(init.connectionId()).isEqualTo(observed.get("connId").stringValue());
		}
		else if (message instanceof ToClient.ActionResponse response) {
			assertThat(response.output()).isEqualTo(observed.get("result"));
		}
		else {
			assertObserved((ToClient.Error) message, observed);
		}
	}

	private static void assertObserved(ToClient.Error error, JsonNode observed) {
		JsonNode seen = (error.actionId() != null) ? observed.get("rejectedWith") : observed.get("onError");
		assertThat(error.group()).isEqualTo(seen.get("group").stringValue());
		assertThat(error.code()).isEqualTo(seen.get("code").stringValue());
		assertThat(error.message()).isEqualTo(seen.get("message").stringValue());
		JsonNode metadata = seen.get("metadata");
		assertThat(error.metadata()).isEqualTo(metadata.isNull() ? null : metadata);
		assertThat(error.actor()).isEqualTo(actor(seen.get("actor")));
	}

}
