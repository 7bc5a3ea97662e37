/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stateless calls and the management of instances, at the root of the server, where they
 * must leave the application's own pages alone.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.base-path=/",
				"rivet.events.security.allowed-origins=https://friend.example",
				"rivet.events.management.access=permitAll", "management.endpoints.web.exposure.include=health" })
@AutoConfigureWebTestClient
class HttpIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	@Autowired
	private WebTestClient client;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.key = "k" + KEYS.incrementAndGet();
	}

	private URI action(String name) {
		return URI.create(
				"http://localhost:%d/gateway/room/action/%s?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=%s"
					.formatted(this.port, name, this.key));
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void answersInTheEncodingOfTheRequest(Encoding encoding) {
		JsonNode text = JsonNodeFactory.instance.stringNode("héllo");
		byte[] answer = this.client.post()
			.uri(action("echo"))
			.header("x-rivet-encoding", encoding.wireName())
			.contentType(MediaType.parseMediaType(encoding.contentType()))
			.bodyValue(ClientCodec.encodeActionRequest(encoding, java.util.List.of(text)))
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.contentType(encoding.contentType())
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(ClientCodec.decodeActionResponse(encoding, answer)).isEqualTo(text);
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void failsInTheEncodingOfTheRequest(Encoding encoding) {
		byte[] answer = this.client.post()
			.uri(action("fail"))
			.header("x-rivet-encoding", encoding.wireName())
			.contentType(MediaType.parseMediaType(encoding.contentType()))
			.bodyValue(ClientCodec.encodeActionRequest(encoding, java.util.List.of()))
			.exchange()
			.expectStatus()
			.isEqualTo(500)
			.expectHeader()
			.valueEquals("x-rivet-error", "rivetkit.internal_error")
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(ClientCodec.decodeError(encoding, answer).message()).isEqualTo("An internal error occurred");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Content-Type | a
			Content-Type | ;
			Content-Type | application/json; charset=none
			Content-Type | application/json; q=2
			""")
	void refusesHeadersThatCannotBeParsed(String name, String value) throws Exception {
		// not by the client of WebFlux, which parses them as well
		HttpRequest.Builder request = HttpRequest.newBuilder(action("echo"))
			.header(name, value)
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"a\"]}"));
		HttpResponse<String> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.headers().firstValue("x-rivet-error")).contains("request.invalid");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			json | {"args":["a"]         | application/json | 400 | actor.invalid_request
			json | []                    | application/json | 400 | actor.invalid_request
			cbor | nonsense              | application/octet-stream | 400 | actor.invalid_request
			bare | nonsense              | application/octet-stream | 400 | actor.invalid_request
			yaml | args: []              | application/json | 400 | encoding.invalid
			json | {"args":["a"]}        | text/plain       | 400 | request.invalid
			json | {"args":["a"]}        | application/x-www-form-urlencoded | 400 | request.invalid
			json | {"args":["a"]}        | multipart/form-data | 400 | request.invalid
			json | {"args":["a"]}        | text/html        | 400 | request.invalid
			json | {"args":["a"]}        | application/csp-report | 400 | request.invalid
			json | {"args":["a"]}        | application/reports+json | 400 | request.invalid
			json | {"args":["a","b"]}    | application/json | 400 | actor.validation_error
			""")
	void refusesBadBodies(String encoding, String body, String contentType, int status, String code) {
		this.client.post()
			.uri(action("echo"))
			.header("x-rivet-encoding", encoding)
			.contentType(MediaType.parseMediaType(contentType))
			.bodyValue(body.getBytes(StandardCharsets.UTF_8))
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.valueEquals("x-rivet-error", code)
			.expectBody()
			.returnResult();
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\\nb", "a\\r\\nX: y", "a\\u0000", "ok" })
	void tellsAnyCodeOfTheApplication(String code) {
		byte[] body = this.client.post()
			.uri(action("refuse"))
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[\"%s\",1]}".formatted(code))
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectHeader()
			.doesNotExist("X")
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(body).asString(StandardCharsets.UTF_8).contains("\"code\":\"%s\"".formatted(code));
	}

	@Test
	void tellsAnErrorThatIsTooLongWithoutItsMetadata() {
		byte[] body = this.client.post()
			.uri(action("refuse"))
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[\"long\",2000000]}")
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(body).asString(StandardCharsets.UTF_8).contains("\"code\":\"long\"").doesNotContain("xxx");
	}

	@Test
	void refusesABodyThatIsTooLong() {
		this.client.post()
			.uri(action("echo"))
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[\"%s\"]}".formatted("x".repeat(65_536)))
			.exchange()
			.expectHeader()
			.valueEquals("x-rivet-error", "message.incoming_too_long")
			.expectBody()
			.returnResult();
	}

	@ParameterizedTest
	@CsvSource({ "rvt-method=getOrCreate&rvt-runner=d&rvt-nope=1, guard.query_invalid_params",
			"rvt-method=sometimes, guard.query_invalid_params",
			"rvt-method=getOrCreate&rvt-runner=d&rvt-crash-policy=never, guard.query_invalid_params",
			"rvt-method=get&rvt-key=a&rvt-key=b, guard.query_duplicate_param",
			"rvt-method=get&rvt-runner=d, guard.query_get_disallowed_params",
			"rvt-method=getOrCreate, guard.query_missing_pool",
			"rvt-method=getOrCreate&rvt-runner=d&rvt-input=!!, guard.query_invalid_base64_input",
			"rvt-method=getOrCreate&rvt-runner=d&rvt-input=_w, guard.query_invalid_cbor_input",
			"rvt-method=get&rvt-key=none, actor.not_found" })
	void refusesBadGatewayUrls(String query, String code) {
		this.client.post()
			.uri(URI.create("http://localhost:%d/gateway/room/action/count?%s".formatted(this.port, query)))
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[]}")
			.exchange()
			.expectHeader()
			.valueEquals("x-rivet-error", code)
			.expectBody()
			.returnResult();
	}

	@Test
	void managesInstances() {
		String body = "{\"name\":\"room\",\"key\":\"%s\",\"runner_name_selector\":\"default\"}".formatted(this.key);
		byte[] created = this.client.put()
			.uri("/actors?namespace=default")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(body)
			.exchange()
			.expectBody()
			.jsonPath("$.created")
			.isEqualTo(true)
			.returnResult()
			.getResponseBody();
		String id = new tools.jackson.databind.json.JsonMapper().readTree(created)
			.path("actor")
			.path("actor_id")
			.stringValue();
		this.client.post()
			.uri("/actors?namespace=default")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(body)
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.code")
			.isEqualTo("duplicate_key")
			.jsonPath("$.metadata.existing_actor_id")
			.isEqualTo(id);
		this.client.get()
			.uri("/actors?name=room&key={key}&namespace=default", this.key)
			.exchange()
			.expectBody()
			.jsonPath("$.actors[0].actor_id")
			.isEqualTo(id);
		this.client.get()
			.uri("/actors?name=room&namespace=other")
			.exchange()
			.expectBody()
			.jsonPath("$.actors")
			.isEmpty();
		this.client.delete().uri("/actors/{id}", id).exchange().expectStatus().isOk().expectBody().returnResult();
		this.client.get().uri("/actors?actor_ids={id}", id).exchange().expectBody().jsonPath("$.actors").isEmpty();
		this.client.put()
			.uri("/actors")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"name\":\"nobody\",\"key\":\"k\"}")
			.exchange()
			.expectBody()
			.jsonPath("$.code")
			.isEqualTo("not_registered");
	}

	@Test
	void answersPreflightsOfFriendsWithoutLogin() {
		this.client.options()
			.uri(action("echo"))
			.header("Origin", "https://friend.example")
			.header("Access-Control-Request-Method", "POST")
			.header("Access-Control-Request-Headers", "content-type,x-rivet-encoding")
			.exchange()
			.expectStatus()
			.isNoContent()
			.expectHeader()
			.valueEquals("Access-Control-Allow-Origin", "https://friend.example")
			.expectHeader()
			.valueEquals("Access-Control-Allow-Credentials", "true")
			.expectHeader()
			.valueEquals("Access-Control-Allow-Headers", "content-type, x-rivet-encoding")
			.expectBody()
			.returnResult();
	}

	@Test
	void refusesForeignPages() {
		this.client.post()
			.uri(action("echo"))
			.header("Origin", "https://evil.example")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[\"a\"]}")
			.exchange()
			.expectStatus()
			.isForbidden()
			.expectBody()
			.returnResult();
	}

	@Test
	void leavesTheApplicationAlone() {
		this.client.get().uri("/hello").exchange().expectBody(String.class).isEqualTo("hello");
		this.client.get().uri("/actuator/health").exchange().expectBody().jsonPath("$.status").isEqualTo("UP");
		this.client.get().uri("/nothing").exchange().expectStatus().isNotFound().expectBody().returnResult();
		this.client.get().uri("/metadata").exchange().expectBody().jsonPath("$.runtime").isEqualTo("rivetkit");
	}

	@Test
	void leavesTheCsrfProtectionOfTheApplicationAlone() {
		this.client.post().uri("/hello").exchange().expectStatus().isForbidden().expectBody().returnResult();
	}

	@Test
	void acceptsTheLongUrlsAndHeadersOfClients() {
		byte[] cbor = new byte[4096];
		cbor[0] = 0x59;
		cbor[1] = (byte) ((4093 >> 8) & 0xff);
		cbor[2] = (byte) (4093 & 0xff);
		String input = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(cbor);
		this.client.post()
			.uri(URI.create(action("count") + "&rvt-input=" + input))
			.header("x-rivet-conn-params", "\"" + "p".repeat(10_000) + "\"")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"args\":[]}")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class, Hello.class })
	static class Application {

	}

	@RestController
	static class Hello {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
