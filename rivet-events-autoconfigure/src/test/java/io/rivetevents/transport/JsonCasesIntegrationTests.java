/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.protocol.JsonCases;
import io.rivetevents.protocol.JsonCases.JsonCase;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JSON of clients, received by a real server: frames of WebSockets, posts of event
 * streams, bodies of calls and of requests that find an instance.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = JsonCasesIntegrationTests.Application.class,
		properties = { "rivet.events.websocket.rejection-delay=0ms" })
class JsonCasesIntegrationTests {

	private static final String FRAME = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"mirror\",\"args\":[";

	@LocalServerPort
	private int port;

	private final HttpClient http = HttpClient.newHttpClient();

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "EXTENDED_JSON", "EVENT_STREAM" })
	void takesWhatIsJson(Encoding encoding) {
		boolean posted = encoding == Encoding.EVENT_STREAM;
		try (TestClient client = TestClient.connect(base(), encoding, "mirror", "k")) {
			JsonCases.taken().forEach((json) -> {
				client.sendRaw(JsonCases.within((posted ? "[" : "") + FRAME, json.json(), posted ? "]}}}]" : "]}}}"));
				JsonNode output = client.next(ToClient.ActionResponse.class).output();
				assertThat(written(output)).as(json.name()).isEqualTo(written(WireValues.decodeJson(json.json())));
			});
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.rivetevents.protocol.JsonCases#refused")
	void refusesWhatIsNot(JsonCase json) throws Exception {
		Map<Encoding, byte[]> messages = Map.of(Encoding.JSON, json.json(), Encoding.EXTENDED_JSON,
				JsonCases.within(FRAME + "0,", json.json(), "]}}}"), Encoding.EVENT_STREAM,
				JsonCases.within("[" + FRAME + "0,", json.json(), "]}}}]"));
		messages.forEach((encoding, message) -> {
			try (TestClient client = TestClient.connect(base(), encoding, "mirror", "k")) {
				client.sendRaw(message);
				// 1007 over WebSocket if it is not UTF-8 (RFC 6455)
				assertThat(client.closed().getCode()).isIn(1011, 1007);
			}
		});
		HttpResponse<String> called = post("POST",
				"/gateway/mirror/action/mirror?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=k",
				JsonCases.within("{\"args\":[0,", json.json(), "]}"));
		assertThat(called.statusCode()).isEqualTo(400);
		assertThat(called.headers().firstValue("x-rivet-error")).contains("actor.invalid_request");
		HttpResponse<String> found = post("PUT", "/actors?namespace=default",
				JsonCases.within("{\"name\":\"mirror\",\"key\":\"k\",\"more\":[0,", json.json(), "]}"));
		assertThat(found.statusCode()).isEqualTo(400);
		assertThat(found.headers().firstValue("x-rivet-error")).contains("request.invalid");
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("io.rivetevents.protocol.JsonCases#taken")
	void takesABodyThatIsJson(JsonCase json) throws Exception {
		HttpResponse<String> called = post("POST",
				"/gateway/mirror/action/mirror?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=k",
				JsonCases.within("{\"args\":[", json.json(), "]}"));
		assertThat(called.statusCode()).isEqualTo(200);
		assertThat(called.body())
			.isEqualTo("{\"output\":" + new String(written(WireValues.decodeJson(json.json()))) + "}");
		HttpResponse<String> found = post("PUT", "/actors?namespace=default",
				JsonCases.within("{\"name\":\"mirror\",\"key\":\"k\",\"more\":[", json.json(), "]}"));
		assertThat(found.statusCode()).isEqualTo(200);
	}

	private static byte[] written(@Nullable JsonNode value) {
		return (value != null) ? WireValues.encodeJson(value) : new byte[0];
	}

	private HttpResponse<String> post(String method, String path, byte[] body) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base() + path))
			.header("content-type", "application/json")
			.header("x-rivet-encoding", "json")
			.method(method, HttpRequest.BodyPublishers.ofByteArray(body))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Mirror.class })
	static class Application {

	}

	@Actor("mirror")
	static class Mirror {

		@Action
		JsonNode mirror(JsonNode value) {
			return value;
		}

	}

}
