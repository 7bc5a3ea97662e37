/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.CborWriter;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The report of the last handled position, on each message of a client that can carry it.
 */
class HandledPositionTests {

	private static final List<ToServer> MESSAGES = List.of(
			new ToServer.ActionRequest(1, "say", List.of(), new CallOptions(true, null, "k"), 42),
			new ToServer.SubscriptionRequest("news", true, Set.of("sport"), 0),
			new ToServer.SubscriptionRequest("news", false, Set.of(), 42), new ToServer.Cancel(7, (1L << 53) - 1));

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void isReadFromEachMessage(Encoding encoding) {
		for (ToServer message : MESSAGES) {
			ToServer read = encoding.codec().decode(ExtendedClientCodec.encode(encoding, message));
			assertThat(read).isEqualTo(message);
			assertThat(read.handled()).isEqualTo(message.handled()).isNotNegative();
		}
	}

	/** What the client has sent; its own tests compare the same file. */
	@ParameterizedTest(name = "{0}")
	@MethodSource("recorded")
	void isReadFromWhatTheClientSends(String frame, long handled) {
		assertThat(decode(Encoding.EXTENDED_JSON, frame).handled()).isEqualTo(handled);
	}

	static Stream<Arguments> recorded() throws IOException {
		try (InputStream in = HandledPositionTests.class.getResourceAsStream("/protocol/handled.json")) {
			return new JsonMapper().readTree(in)
				.valueStream()
				.map((each) -> Arguments.of(each.get("frame").stringValue(),
						each.has("handled") ? each.get("handled").longValue() : ToServer.UNREPORTED));
		}
	}

	/** A client of another version, or of another author. */
	@ParameterizedTest
	@ValueSource(strings = { "", ",\"handled\":null" })
	void isOptional(String field) {
		ToServer.ActionRequest plain = new ToServer.ActionRequest(1, "say", List.of());
		assertThat(decode(Encoding.EXTENDED_JSON, action(field))).isEqualTo(plain);
		assertThat(plain.handled()).isEqualTo(ToServer.UNREPORTED);
	}

	/** A server that does not support it, since it is not different from this field. */
	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void isIgnoredLikeEachUnknownField(Encoding encoding) {
		assertThat(decode(encoding, action(",\"unheard\":42")))
			.isEqualTo(new ToServer.ActionRequest(1, "say", List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "42", "-1", "\"x\"", "1e300" })
	void isIgnoredInThePlainProtocol(String value) {
		String frame = action(",\"handled\":" + value);
		ToServer plain = new ToServer.ActionRequest(1, "say", List.of());
		assertThat(decode(Encoding.JSON, frame)).isEqualTo(plain);
		CborWriter cbor = new CborWriter();
		cbor.value(WireValues.decodeJson(frame.getBytes(StandardCharsets.UTF_8)));
		assertThat(Encoding.CBOR.codec().decode(cbor.toBytes())).isEqualTo(plain);
	}

	/** Rejected like any other number: the connection is closed. */
	@ParameterizedTest
	@ValueSource(strings = { "-1", "1.5", "\"42\"", "true", "[42]", "{}", "1e300", "9223372036854775808",
			"[\"$BigInt\",\"9223372036854775808\"]" })
	void isRejectedIfItIsNoPosition(String value) {
		for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> decode(encoding, action(",\"handled\":" + value)))
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo("invalid_request"))
				.withMessageContaining("`handled`");
		}
	}

	private static String action(String field) {
		return "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"say\",\"args\":[]" + field + "}}}";
	}

	private static ToServer decode(Encoding encoding, String frame) {
		return encoding.codec().decode(frame.getBytes(StandardCharsets.UTF_8));
	}

}
