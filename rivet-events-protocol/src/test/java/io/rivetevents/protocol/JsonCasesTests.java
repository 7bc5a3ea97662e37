/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.JsonCases.JsonCase;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The JSON of clients, wherever it comes in: as a message, as the body of a call, as
 * params and as the body of a request that finds an instance.
 */
class JsonCasesTests {

	private static final String FRAME = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"a\",\"args\":[";

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.rivetevents.protocol.JsonCases#taken")
	void takes(JsonCase json) {
		JsonNode value = WireValues.decodeJson(json.json());
		if (!json.open()) {
			// another reader has read it in the same way
			JsonNode expected = JsonMapper.shared().readTree(json.json());
			assertThat(normal(value)).isEqualTo(normal(expected));
		}
		assertThat(this.mapper.readTree(json.json())).isEqualTo(value);
		for (Encoding encoding : List.of(Encoding.JSON, Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			ToServer message = encoding.codec().decode(JsonCases.within(FRAME, json.json(), "]}}}"));
			assertThat(((ToServer.ActionRequest) message).args()).as("%s", encoding).containsExactly(value);
		}
		assertThat(Encoding.JSON.codec().decodeActionRequest(JsonCases.within("{\"args\":[", json.json(), "]}")))
			.containsExactly(value);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.rivetevents.protocol.JsonCases#refused")
	void refuses(JsonCase json) {
		refused(() -> WireValues.decodeJson(json.json()), "invalid_request");
		refused(() -> this.mapper.readTree(json.json()), "invalid");
		for (Encoding encoding : List.of(Encoding.JSON, Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			refused(() -> encoding.codec().decode(json.json()), "invalid_request");
			refused(() -> encoding.codec()
				.decode(JsonCases.within(FRAME.substring(0, FRAME.length() - 1), json.json(), "}}}")),
					"invalid_request");
		}
		refused(() -> Encoding.JSON.codec().decodeActionRequest(json.json()), "invalid_request");
		refused(() -> Encoding.JSON.codec().decodeActionRequest(JsonCases.within("{\"args\":", json.json(), "}")),
				"invalid_request");
	}

	private static void refused(Runnable read, String code) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(read::run)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
	}

	/** Numbers as JavaScript sees them. */
	private static String normal(JsonNode node) {
		if (node.isNumber()) {
			return String.valueOf(node.doubleValue() + 0.0);
		}
		if (node.isArray()) {
			return node.valueStream().map(JsonCasesTests::normal).collect(Collectors.joining(",", "[", "]"));
		}
		return node.isObject() ? node.propertyStream()
			.map((each) -> each.getKey() + ":" + normal(each.getValue()))
			.collect(Collectors.joining(",", "{", "}")) : node.toString();
	}

	@Test
	void namesEachCaseOnce() {
		assertThat(JsonCases.all().map(JsonCase::name)).doesNotHaveDuplicates().hasSizeGreaterThan(200);
	}

	/** Deeper ones are refused, not a cause of a stack overflow. */
	@ParameterizedTest
	@ValueSource(strings = { "[", "{\"a\":", "[{\"a\":" })
	void refusesWhatIsTooDeep(String open) {
		for (int depth : new int[] { 501, 100_000 }) {
			refused(() -> WireValues.decodeJson(open.repeat(depth)), "invalid_request");
			refused(() -> this.mapper.readTree(open.repeat(depth).getBytes(StandardCharsets.UTF_8)), "invalid");
		}
	}

	@Test
	void takesWhatIsDeep() {
		JsonNode value = WireValues.decodeJson("[".repeat(400) + "]".repeat(400));
		int depth = 0;
		for (JsonNode each = value; each != null; each = each.get(0)) {
			depth++;
		}
		assertThat(depth).isEqualTo(400);
	}

}
