/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.Actors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which parts of {@code /actors} are open to which users.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManagementIntegrationTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void opensWhatAClientCouldDoByConnectingAndNoMore() throws Exception {
		try (ConfigurableApplicationContext context = start()) {
			JsonNode created = send(context, "PUT", "/actors", "{\"name\":\"room\",\"key\":\"a\"}");
			String id = created.path("actor").path("actor_id").stringValue();
			assertThat(created.path("created").booleanValue()).isTrue();
			assertThat(send(context, "POST", "/actors", "{\"name\":\"room\",\"key\":\"b\"}").path("actor").isObject())
				.isTrue();
			assertThat(send(context, "GET", "/actors?name=room&key=a", null).path("actors")).hasSize(1);
			assertThat(send(context, "GET", "/actors?actor_ids=" + id, null).path("actors")).hasSize(1);
			for (JsonNode refused : new JsonNode[] { send(context, "GET", "/actors?name=room", null),
					send(context, "DELETE", "/actors/" + id, null) }) {
				assertThat(refused.path("group").stringValue() + "." + refused.path("code").stringValue())
					.isEqualTo("auth.forbidden");
				assertThat(refused.path("message").stringValue()).contains("rivet.events.management.access");
			}
			assertThat(send(context, "GET", "/actors?actor_ids=" + id, null).path("actors")).hasSize(1);
		}
	}

	@Test
	void findsAHundredIdsAtOnceAndNoMore() throws Exception {
		try (ConfigurableApplicationContext context = start()) {
			String id = context.getBean(Actors.class).getOrCreate("room", "a").resolve().block().actorId();
			String ids = IntStream.range(0, 99).mapToObj((i) -> "id" + i).collect(Collectors.joining(","));
			JsonNode found = send(context, "GET", "/actors?actor_ids=%s,%s,%s".formatted(ids, id, id), null);
			assertThat(found.path("actors")).hasSize(1);
			JsonNode refused = send(context, "GET", "/actors?actor_ids=%s,%s,one".formatted(ids, id), null);
			assertThat(refused.path("code").asString("")).isEqualTo("invalid");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "authentication.name.missing", "authentication.name" })
	void anAccessRuleThatFailsIsNoMistakeOfTheRequest(String access, CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = start("--rivet.events.management.access=" + access)) {
			JsonNode answer = send(context, "GET", "/actors?name=room", null);
			assertThat(answer.path("code").asString("")).isEqualTo("internal_error");
			assertThat(output).contains("The expression '%s'".formatted(access));
		}
	}

	@ParameterizedTest
	@CsvSource({ "'', `name` or `actor_ids`", "?nme=room, `name` or `actor_ids`", "?name=room&limit=x, `limit`",
			"?name=room&cursor=*, `cursor`" })
	void saysWhichParameterIsWrong(String query, String parameter) throws Exception {
		try (ConfigurableApplicationContext context = start()) {
			JsonNode answer = send(context, "GET", "/actors" + query, null);
			assertThat(answer.path("code").asString("")).isEqualTo("invalid");
			assertThat(answer.path("message").asString("")).startsWith(parameter);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 7, 100 })
	void listsPageByPage(int limit) throws Exception {
		try (ConfigurableApplicationContext context = start("--rivet.events.management.access=permitAll")) {
			Actors actors = context.getBean(Actors.class);
			int count = (limit == 1) ? 3 : 230;
			for (int i = 0; i < count; i++) {
				actors.getOrCreate("room", "k" + i, "/ü").resolve().block();
			}
			Set<String> ids = new HashSet<>();
			String cursor = "";
			int pages = 0;
			while (cursor != null) {
				JsonNode page = send(context, "GET", "/actors?name=room&limit=%d%s".formatted(limit, cursor), null);
				assertThat(page.path("actors").size()).isLessThanOrEqualTo(limit);
				page.path("actors")
					.forEach((each) -> assertThat(ids.add(each.path("actor_id").stringValue())).isTrue());
				JsonNode next = page.path("pagination").path("cursor");
				cursor = next.isString() ? "&cursor=" + next.stringValue() : null;
				pages++;
			}
			assertThat(ids).hasSize(count);
			assertThat(pages).isEqualTo(count / limit + 1);
			assertThat(send(context, "GET", "/actors?name=room", null).path("actors")).hasSize(Math.min(count, 100));
			for (String wrong : new String[] { "limit=101", "limit=0", "limit=x", "cursor=*" }) {
				assertThat(send(context, "GET", "/actors?name=room&" + wrong, null).path("code").asString(""))
					.isEqualTo("invalid");
			}
		}
	}

	private JsonNode send(ConfigurableApplicationContext context, String method, String path, @Nullable String body)
			throws Exception {
		String port = context.getEnvironment().getProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%s/rivet%s".formatted(port, path)))
			.header("content-type", "application/json")
			.method(method,
					(body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody())
			.build();
		return new JsonMapper().readTree(this.http.send(request, HttpResponse.BodyHandlers.ofString()).body());
	}

	private static ConfigurableApplicationContext start(String... args) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s")
			.run(args);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
