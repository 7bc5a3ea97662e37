/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.protocol.ToServer.ActionRequest;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The parent of a trace, on calls and on events.
 */
class TraceParentTests {

	static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	private static final String FIELD = "traceparent";

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void isReadFromACall(Encoding encoding) {
		ActionRequest request = new ActionRequest(1, "say", List.of(), new CallOptions(false, null, null, PARENT));
		assertThat(encoding.codec().decode(ExtendedClientCodec.encode(encoding, request))).isEqualTo(request);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"" })
	void isIgnoredInThePlainProtocol(String value) {
		assertThat(decode(Encoding.JSON, value)).isEqualTo(new ActionRequest(1, "say", List.of()));
	}

	/** The recommendation requires to start a new trace. */
	@ParameterizedTest
	@ValueSource(strings = { "null", "1", "{}", "\"\"", "\"x\"",
			"\"00-00000000000000000000000000000000-00f067aa0ba902b7-01\"",
			"\"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01\"",
			"\"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"",
			"\"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01\"",
			"\"00-4bf92f3577b34da6a3ce929d0e0e473600-f067aa0ba902b7-01\"",
			"\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7001\"",
			"\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what\"" })
	void isIgnoredIfItIsMalformed(String value) {
		for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			assertThat(decode(encoding, value)).isEqualTo(new ActionRequest(1, "say", List.of()));
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void isPartOfAnEventInTheExtendedMode(Encoding encoding) {
		byte[] traced = encoding.codec().encode(event(PARENT));
		assertThat(new String(traced, StandardCharsets.ISO_8859_1).contains(FIELD)).isEqualTo(encoding.isExtended());
		if (!encoding.isExtended()) {
			assertThat(traced).isEqualTo(encoding.codec().encode(event(null)));
		}
	}

	private static ToClient event(String traceparent) {
		return new ToClient.Event("moved", List.of(), new Position("epoch", 7), Set.of(), null, traceparent);
	}

	private static ToServer decode(Encoding encoding, String value) {
		String frame = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"say\",\"args\":[],\"%s\":%s}}}"
			.formatted(FIELD, value);
		return encoding.codec().decode(frame.getBytes(StandardCharsets.UTF_8));
	}

}
