/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Constraints apply to the input of clients in each kind of message: params of hooks,
 * elements of arguments, and trees in which every part is invalid, whose validation has a
 * bounded cost.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=0ms" })
class ConstraintsIntegrationTests {

	private final JsonMapper json = new JsonMapper();

	@LocalServerPort
	private int port;

	private TestClient connect(Encoding encoding, Map<String, ?> params) {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, this.json.valueToTree(params), null, null);
		return TestClient.connect("http://localhost:%d/rivet".formatted(this.port), encoding, "checked",
				UUID.randomUUID().toString(), hello);
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void holdForParamsOfHooks(Encoding encoding) {
		try (TestClient client = connect(encoding, Map.of("name", "too long"))) {
			Received error = client.nextExtended();
			assertThat(error.text("code")).isEqualTo("validation_error");
			assertThat(error.text("message")).isEqualTo("params.name size must be between 0 and 3");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void tellThatParamsAreMissing(Encoding encoding) {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, null, null, null);
		try (TestClient client = TestClient.connect("http://localhost:%d/rivet".formatted(this.port), encoding,
				"strict", UUID.randomUUID().toString(), hello)) {
			Received error = client.nextExtended();
			assertThat(error.text("code")).isEqualTo("validation_error");
			assertThat(error.text("message")).isEqualTo("params is missing");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void holdForElements(Encoding encoding) {
		try (TestClient client = connect(encoding, Map.of("name", "ada"))) {
			client.next("Init");
			client.call(1, "words", List.of("a", " "));
			Received error = client.next("Error");
			assertThat(error.text("message")).isEqualTo("words[1].<list element> must not be blank");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void tellTheFirstOfTooMany(Encoding encoding) {
		try (TestClient client = connect(encoding, Map.of("name", "ada"))) {
			client.next("Init");
			String tree = "{\"parts\":[".repeat(100) + "{}" + ",{}".repeat(10_000) + "]}".repeat(100);
			JsonNode wrong = this.json.readTree(tree);
			client.call(1, "tree", wrong);
			Received error = client.next("Error");
			assertThat(error.text("code")).isEqualTo("validation_error");
			assertThat(error.text("message")).contains("must not be null").doesNotContain("more");
		}
	}

	record Join(@Size(max = 3) @Nullable String name) {
	}

	record Tree(@NotNull @Nullable String name, @Valid @Nullable List<Tree> parts) {
	}

	@Actor("checked")
	static class Checked {

		@OnBeforeConnect
		void check(@ConnParams @Valid @Nullable Join params) {
		}

		@Action
		void words(List<@NotBlank String> words) {
		}

		@Action
		void tree(@Valid Tree tree) {
		}

	}

	@Actor("strict")
	static class Strict {

		@CreateConnState
		String create(@ConnParams Join params) {
			return String.valueOf(params.name());
		}

		@Action
		void nothing() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Checked.class, Strict.class })
	static class Application {

	}

}
