/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the published client sends, recorded.
 */
class ClientMessageVectorTests {

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void readsWhatTheClientWrites(String description, JsonNode vector) {
		assertThat(Vectors.encoding(vector).codec().decode(Vectors.bytes(vector))).isEqualTo(message(vector));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("vectors")
	void theClientOfTheTestsWritesTheSame(String description, JsonNode vector) {
		byte[] written = ClientCodec.encode(Vectors.encoding(vector), message(vector));
		assertThat(new String(written, StandardCharsets.ISO_8859_1))
			.isEqualTo(new String(Vectors.bytes(vector), StandardCharsets.ISO_8859_1));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("bareVectors")
	void readsEachVersionOfBare(String description, JsonNode vector) {
		byte[] bytes = Vectors.bytes(vector);
		for (byte version = 1; version <= 4; version++) {
			bytes[0] = version;
			assertThat(Encoding.BARE.codec().decode(bytes)).isEqualTo(message(vector));
		}
	}

	static Stream<Arguments> vectors() {
		return Vectors.of("clientToServer").map((vector) -> Arguments.of(Vectors.describe(vector), vector));
	}

	static Stream<Arguments> bareVectors() {
		return Vectors.of("clientToServer")
			.filter((vector) -> Vectors.encoding(vector) == Encoding.BARE)
			.map((vector) -> Arguments.of(Vectors.describe(vector), vector));
	}

	private static ToServer message(JsonNode vector) {
		JsonNode decoded = vector.get("decoded");
		return switch (vector.get("kind").stringValue()) {
			case "ActionRequest" -> {
				List<JsonNode> args = new ArrayList<>();
				Vectors.value(decoded.get("args")).forEach(args::add);
				yield new ToServer.ActionRequest(Long.parseLong(decoded.get("id").stringValue()),
						decoded.get("name").stringValue(), args);
			}
			case "SubscriptionRequest" -> new ToServer.SubscriptionRequest(decoded.get("eventName").stringValue(),
					decoded.get("subscribe").booleanValue());
			default -> throw new IllegalStateException(vector.toString());
		};
	}

}
