/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The weight of a tree is at least what a copy of it takes on the heap, and not far more.
 */
class MessageWeightTests {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	static Stream<String> trees() {
		return Stream.of("[" + "1,".repeat(10_000) + "1]", "[" + "[],".repeat(10_000) + "[]]",
				"[" + "{},".repeat(10_000) + "{}]", "[" + "1234567890123,".repeat(10_000) + "1]",
				"[" + "{\"a\":1,\"b\":[2]},".repeat(5_000) + "0]", "[".repeat(400) + "]".repeat(400),
				"[" + "1.5,".repeat(10_000) + "1]", "[" + "\"\",".repeat(10_000) + "1]");
	}

	@ParameterizedTest
	@MethodSource("trees")
	void isWhatATreeTakes(String json) {
		JsonNode tree = MAPPER.readTree(json);
		tree.deepCopy();
		long before = allocatedBytes();
		JsonNode copy = tree.deepCopy();
		long taken = allocatedBytes() - before;
		long weight = MessageWeight.of(copy);
		// a copy shares what cannot change, and allocates lists that it throws away
		assertThat(weight).isBetween(taken / 3, Math.max(8 * taken, 64L * json.length()));
		assertThat(weight).isGreaterThan(json.length());
	}

	@ParameterizedTest
	@MethodSource("trees")
	void countsTheArgumentsOfAMessage(String json) {
		JsonNode tree = MAPPER.readTree(json);
		long weight = MessageWeight.of(new ToServer.ActionRequest(1, "a", List.of(tree)));
		assertThat(weight).isGreaterThan(MessageWeight.of(tree));
	}

	static Stream<String> texts() {
		return Stream.concat(trees(),
				Stream.of("[\"" + "{},:[".repeat(5000) + "\"]", "[\"" + "\\\\\\\"{".repeat(5000) + "\"]",
						"[" + "[\"$BigInt\",\"7\"],".repeat(3000) + "1]", "[\"" + "\u20ac".repeat(9000) + "\"]",
						"[[\"$Uint8Array\",\"" + "AAAA".repeat(9000) + "\"]]",
						"[" + "{\"\":\"\"},".repeat(5_000) + "0]", "[" + "{\"a\":{\"b\":{}}},".repeat(5_000) + "0]"));
	}

	@ParameterizedTest
	@MethodSource("texts")
	void tellsOfATextWhatItWillWeighAtLeast(String args) {
		byte[] body = "{\"args\":%s}".formatted(args).getBytes(StandardCharsets.UTF_8);
		ToServer.ActionRequest request = new ToServer.ActionRequest(1, "a",
				Encoding.JSON.codec().decodeActionRequest(body));
		assertThat(MessageWeight.atLeast(true, body)).isLessThanOrEqualTo(MessageWeight.of(request));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{},", "[],", "{\"a\":[2]},", "[[[]]]," })
	void tellsNearlyAllThatContainersWeigh(String element) {
		byte[] body = "{\"args\":[%s0]}".formatted(element.repeat(5000)).getBytes(StandardCharsets.UTF_8);
		ToServer.ActionRequest request = new ToServer.ActionRequest(1, "a",
				Encoding.JSON.codec().decodeActionRequest(body));
		assertThat(MessageWeight.atLeast(true, body)).isGreaterThan(MessageWeight.of(request) / 10 * 7);
	}

	@Test
	void tellsSomethingOfWhatIsNoText() {
		for (String wrong : List.of("", "\"", "\"\\", "[\"", "[\"$", "{{{{\"\\\"", "]]")) {
			assertThat(MessageWeight.atLeast(true, wrong.getBytes(StandardCharsets.UTF_8))).isBetween(0L, 400L);
		}
		assertThat(MessageWeight.atLeast(false, new byte[70])).isEqualTo(70);
	}

	private static long allocatedBytes() {
		return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
	}

}
