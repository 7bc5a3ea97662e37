/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class GatewayRequestTests {

	static Stream<JsonNode> recorded() throws IOException {
		try (InputStream in = GatewayRequestTests.class.getResourceAsStream("/protocol/vectors.json")) {
			return new JsonMapper().readTree(in).path("gatewayUrls").valueStream().toList().stream();
		}
	}

	@ParameterizedTest
	@CsvSource({ "http://h/rivet/gateway/room/connect, http://h/rivet/gateway/room/connect",
			"/gateway/room/sse?rvt-key=a&rvt-method=get, /gateway/room/sse?rvt-key=a&rvt-method=get",
			"/gateway/room/sse?conn_params=%7B%7D&rvt-key=a&rvt-token=t&rvt-input=i&x, /gateway/room/sse?rvt-key=a",
			"/gateway/room/connect?token=t, /gateway/room/connect", "/gateway/id@t/connect, /gateway/id/connect" })
	void leavesOutWhatMayBeCredentials(URI uri, URI expected) {
		assertThat(GatewayRequest.withoutCredentials(uri)).isEqualTo(expected);
	}

	@ParameterizedTest
	@MethodSource("recorded")
	void readsWhatClientsAskFor(JsonNode vector) {
		String note = vector.path("note").stringValue();
		GatewayRequest request = parse(vector.path("url").stringValue());
		assertThat(request.path()).isEqualTo("/");
		switch (note) {
			case "getForId" -> assertThat(request.target()).isEqualTo(new ActorTarget.ById("actor-1"));
			case "token, getForId" -> assertThat(request.target()).isEqualTo(new ActorTarget.ById("id 1"));
			case "get" ->
				assertThat(request.target()).isEqualTo(new ActorTarget.Get(ActorAddress.of("chatRoom", "general")));
			case "getOrCreate no key", "getOrCreate empty part" ->
				assertThat(address(request).key()).isEqualTo(ActorKey.EMPTY);
			case "getOrCreate multi", "getOrCreate comma in part" ->
				assertThat(address(request).key()).isEqualTo(ActorKey.of("a", "b"));
			case "getOrCreate slash space unicode" ->
				assertThat(address(request).key()).isEqualTo(ActorKey.of("a/b", "x y", "é+&="));
			case "getOrCreate input" ->
				assertThat(request.target().input()).asString().isEqualTo("{\"mode\":\"ranked\"}");
			case "name needing escape" -> assertThat(address(request).name()).isEqualTo("chat room/1");
			case "namespace+token+base path, getOrCreate" ->
				assertThat(address(request)).isEqualTo(new ActorAddress("ns1", "x", ActorKey.of("k")));
			default -> assertThat(address(request).name()).isEqualTo("chatRoom");
		}
	}

	@Test
	void leavesThePathOfTheActorAsItIs() {
		GatewayRequest request = GatewayRequest.parse("/gateway/room/action/a%20b",
				"x=1&rvt-namespace=default&rvt-method=get&rvt-key=k&y=%zz");
		assertThat(request.path()).isEqualTo("/action/a%20b");
	}

	@Test
	void refusesWhatLeadsNowhere() {
		assertThat(code("/gateway//connect", null)).isEqualTo("no_route");
		assertThat(code("/gateway/", null)).isEqualTo("no_route");
		assertThat(code("/gateway/x@t/connect", "rvt-method=get")).isEqualTo("query_path_token_syntax");
		assertThat(code("/gateway/%zz/connect", "rvt-method=get")).isEqualTo("query_invalid_percent_encoding");
		assertThat(code("/gateway/x/connect", "rvt-method=get&rvt-key=%zz"))
			.isEqualTo("query_invalid_percent_encoding");
		assertThat(code("/gateway//", "rvt-method=get")).isEqualTo("no_route");
	}

	private static String code(String path, String query) {
		return catchThrowableOfType(RivetException.class, () -> GatewayRequest.parse(path, query)).code();
	}

	private static GatewayRequest parse(String url) {
		URI uri = URI.create(url);
		String path = uri.getRawPath();
		return GatewayRequest.parse(path.substring(path.indexOf("/gateway/")), uri.getRawQuery());
	}

	private static ActorAddress address(GatewayRequest request) {
		return ((ActorTarget.GetOrCreate) request.target()).address();
	}

}
