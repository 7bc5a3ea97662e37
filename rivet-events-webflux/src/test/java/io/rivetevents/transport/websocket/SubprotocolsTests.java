/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SubprotocolsTests {

	static Stream<JsonNode> recorded() throws IOException {
		try (InputStream in = SubprotocolsTests.class.getResourceAsStream("/protocol/vectors.json")) {
			return new JsonMapper().readTree(in).path("webSocketProtocols").valueStream().toList().stream();
		}
	}

	@Test
	void readsATicket() {
		assertThat(Subprotocols.parse(List.of("rivet", "rivet_ticket.rt1.aB-_")).ticket()).isEqualTo("rt1.aB-_");
		assertThat(Subprotocols.parse(List.of("rivet")).ticket()).isNull();
	}

	@ParameterizedTest
	@MethodSource("recorded")
	void readsWhatClientsOffer(JsonNode vector) {
		List<String> offered = vector.path("protocols").valueStream().map(JsonNode::stringValue).toList();
		Subprotocols read = Subprotocols.parse(offered);
		String note = vector.path("note").stringValue();
		assertThat(read.encoding()).isEqualTo(note.equals("cbor") ? "cbor" : "bare");
		assertThat(read.actorId()).isEqualTo(note.startsWith("skipReadyWait getForId") ? "id1" : null);
		JsonNode params = read.readParams();
		if (note.equals("params")) {
			assertThat(params.path("token").stringValue()).isEqualTo("t€ a,b");
			assertThat(params.path("n").intValue()).isEqualTo(1);
		}
		else {
			assertThat(params).isNull();
		}
	}

	@Test
	void takesJsonForNoEncoding() {
		assertThat(Subprotocols.parse(List.of()).encoding()).isEqualTo("json");
	}

	@Test
	void refusesParamsThatCannotBeRead() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> Subprotocols.parse(List.of("rivet_conn_params.%zz")).readParams());
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> Subprotocols.parse(List.of("rivet_conn_params.{")).readParams());
	}

}
