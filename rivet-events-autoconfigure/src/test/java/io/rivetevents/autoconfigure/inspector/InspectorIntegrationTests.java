/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.contract.History;
import io.rivetevents.error.UserError;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page over HTTP, behind the security of Actuator.
 */
@Timeout(60)
class InspectorIntegrationTests {

	private static final String PAGE = "/actuator/rivetevents/ui";

	private static final String KEY = "a/b\"<i>\uD83D\uDE00";

	private static final AtomicInteger KEYS = new AtomicInteger();

	/** Most tests use the same application. */
	private static @Nullable ConfigurableApplicationContext common;

	private final HttpClient http = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

	private @Nullable ConfigurableApplicationContext context;

	private int port;

	private String user = "admin";

	/** Each test has its own instance. */
	private final String key = KEY + KEYS.incrementAndGet();

	@AfterEach
	void close() {
		if (this.context != null && this.context != common) {
			this.context.close();
		}
	}

	@AfterAll
	static void closeCommon() {
		if (common != null) {
			common.close();
		}
	}

	@Test
	void isBehindTheSecurityOfActuator() throws Exception {
		startCommon();
		assertThat(send(anonymous(PAGE)).statusCode()).isEqualTo(401);
		for (String path : List.of("/inspector.js", "/inspector.css", "/settings", "/events?actor=room&key=a",
				"/timeline?actor=room&key=a", "/actions?actor=room")) {
			assertThat(send(anonymous(PAGE + path)).statusCode()).as(path).isEqualTo(401);
		}
		HttpResponse<String> page = get(PAGE);
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.body()).contains("<title>Inspector");
		assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
		assertThat(page.headers().firstValue("Content-Security-Policy"))
			.hasValueSatisfying((policy) -> assertThat(policy).contains("default-src 'none'", "script-src 'self'")
				.doesNotContain("unsafe"));
		assertThat(get(PAGE + "/inspector.js").headers().firstValue("Content-Type"))
			.hasValue("text/javascript;charset=UTF-8");
		assertThat(get(PAGE + "/inspector.css").headers().firstValue("Content-Type"))
			.hasValue("text/css;charset=UTF-8");
		assertThat(get(PAGE + "/other").statusCode()).isEqualTo(404);
		assertThat(get("/actuator/rivetevents").statusCode()).isEqualTo(200);
	}

	@Test
	void isBelowThePathOfTheEndpointOnThePortForManagementOnly() throws Exception {
		start("management.server.port=0", "management.server.base-path=/internal",
				"management.endpoints.web.base-path=/manage",
				"management.endpoints.web.path-mapping.rivetevents=actors");
		String page = "/internal/manage/actors/ui";
		assertThat(get(page).statusCode()).isEqualTo(404);
		assertThat(get(PAGE).statusCode()).isEqualTo(404);
		this.port = Integer.parseInt(property("local.management.port"));
		assertThat(get(page).statusCode()).isEqualTo(200);
		assertThat(get(page + "/inspector.js").statusCode()).isEqualTo(200);
		assertThat(get(page + "/settings").statusCode()).isEqualTo(200);
		assertThat(get(PAGE).statusCode()).isEqualTo(404);
		assertThat(send(anonymous(page)).statusCode()).isEqualTo(401);
		assertThat(json(call(page, token(page), "add", "[2]")).path("error").path("code").asString())
			.isEqualTo("not_found");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rivetevents", "inspector", "ui", "actuator" })
	void isUnknownToClients(String name) throws Exception {
		startCommon();
		String token = token(PAGE);
		HttpResponse<String> created = send(request("/rivet/actors").header("X-CSRF-TOKEN", token)
			.header("Content-Type", "application/json")
			.PUT(HttpRequest.BodyPublishers.ofString("{\"name\":\"%s\",\"key\":\"a\"}".formatted(name))));
		assertThat(created.body()).contains("not_registered");
		HttpResponse<String> called = send(request(
				"/rivet/gateway/%s/action/view?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=a"
					.formatted(name))
			.header("X-CSRF-TOKEN", token)
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}")));
		assertThat(called.body()).contains("not_registered");
	}

	@Test
	void callsAnActionWithTheTokenOfTheSession() throws Exception {
		startCommon();
		create();
		assertThat(call(PAGE, null, "add", "[2]").statusCode()).isEqualTo(403);
		String token = token(PAGE);
		assertThat(json(call(PAGE, token, "add", "[2]"))).isEqualTo(JsonMapper.shared().readTree("{\"result\":3}"));
		assertThat(json(call(PAGE, token, "nothing", "[]"))).isEqualTo(JsonMapper.shared().readTree("{}"));
		assertThat(json(call(PAGE, token, "fail", "[]"))).isEqualTo(JsonMapper.shared().readTree("""
				{"error":{"group":"user","code":"no_luck","message":"Not today","metadata":{"left":3}}}"""));
		assertThat(json(call(PAGE, token, "absent", "[]")).path("error").path("code").asString())
			.isEqualTo("action_not_found");
		assertThat(call(PAGE, token, "add", "{}").statusCode()).isEqualTo(400);
		assertThat(call(PAGE, token, "add", "[").statusCode()).isEqualTo(400);
		assertThat(send(request(PAGE + "/call").header("X-CSRF-TOKEN", token)
			.header("Content-Type", "text/plain")
			.POST(HttpRequest.BodyPublishers.ofString("{}"))).statusCode()).isEqualTo(404);
	}

	@Test
	void showsValuesToTheRolesOfTheEndpoint() throws Exception {
		startCommon();
		create();
		assertThat(json(get(PAGE + "/settings")).path("values").asBoolean()).isTrue();
		assertThat(json(call(PAGE, token(PAGE), "add", "[2]")).path("result").asInt()).isEqualTo(3);
		this.user = "linus";
		assertThat(json(get(PAGE + "/settings")).path("values").asBoolean()).isFalse();
		assertThat(json(call(PAGE, token(PAGE), "add", "[2]")).path("result").asString()).isEqualTo("******");
		JsonNode error = json(call(PAGE, token(PAGE), "fail", "[]")).path("error");
		assertThat(error.path("code").asString()).isEqualTo("no_luck");
		assertThat(error.path("metadata").path("left").asString()).isEqualTo("******");
	}

	@Test
	void streamsTheEventsOfAnInstance() throws Exception {
		startCommon();
		create();
		HttpResponse<InputStream> stream = this.http.send(request(PAGE + "/events?actor=room&key=" + key()).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
			assertThat(next(lines).path("events")).isEmpty();
			assertThat(taps().hasListeners(ActorAddress.of("room", this.key))).isTrue();
			room().call("say", Void.class, "<b>hi</b>").block();
			JsonNode event = next(lines).path("events").get(0);
			assertThat(event.path("event").asString()).isEqualTo("said");
			assertThat(event.path("args").toString()).isEqualTo("[\"<b>hi</b>\"]");
			room().call("burst", Void.class, 100).block();
			int shown = 0;
			int leftOut = 0;
			while (shown + leftOut < 100) {
				JsonNode batch = next(lines);
				shown += batch.path("events").size();
				leftOut += batch.path("leftOut").asInt();
			}
			assertThat(shown).isBetween(EventSample.MAX_EVENTS, 50);
		}
	}

	@Test
	void listsTheActionsOfAnActor() throws Exception {
		startCommon();
		JsonNode actions = json(get(PAGE + "/actions?actor=room"));
		assertThat(actions.valueStream().map((each) -> each.path("name").asString())).containsExactly("add", "burst",
				"fail", "nothing", "say");
		assertThat(actions.get(0).path("parameters")).hasToString("[{\"name\":\"number\",\"type\":\"int\"}]");
		assertThat(actions.get(4).path("parameters")).hasToString("[{\"name\":\"text\",\"type\":\"String\"}]");
		assertThat(get(PAGE + "/actions?actor=none").statusCode()).isEqualTo(404);
	}

	@Test
	void goesBackInTheHistory() throws Exception {
		startCommon();
		create();
		room().call("burst", Void.class, Timeline.PAGE + 2).block();
		JsonNode newest = json(get(PAGE + "/timeline?actor=room&key=" + key()));
		assertThat(newest.path("events")).hasSize(Timeline.PAGE);
		assertThat(newest.path("more").asBoolean()).isTrue();
		assertThat(newest.path("events").get(0).path("args").toString()).isEqualTo("[51]");
		assertThat(newest.path("events").get(0).path("epoch").asString()).isNotEmpty();
		long oldest = newest.path("events").get(Timeline.PAGE - 1).path("sequence").asLong();
		JsonNode older = json(get(PAGE + "/timeline?actor=room&before=" + oldest + "&key=" + key()));
		assertThat(older.path("events")).hasSize(2);
		assertThat(older.path("more").asBoolean()).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "timeline?actor=nothing&key=a, 404", "timeline?actor=room, 400",
			"timeline?actor=room&key=a&before=x, 400", "events?actor=nothing&key=a, 404", "events?key=a, 400",
			"timeline?actor=room&key=never, 200" })
	void checksParameters(String path, int status) throws Exception {
		startCommon();
		assertThat(get(PAGE + "/" + path).statusCode()).isEqualTo(status);
	}

	private void start(String... properties) {
		this.context = run(properties);
		this.port = Integer.parseInt(property("local.server.port"));
	}

	private void startCommon() {
		if (common == null) {
			common = run("management.endpoint.rivetevents.show-values=when-authorized",
					"management.endpoint.rivetevents.roles=ADMIN", "rivet.events.history.durable=true");
		}
		this.context = common;
		this.port = Integer.parseInt(property("local.server.port"));
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "rivet.events.inspector.enabled=true",
					"management.endpoint.rivetevents.access=unrestricted",
					"management.endpoints.web.exposure.include=health,rivetevents")
			.properties(properties)
			.run();
	}

	private String property(String name) {
		return this.context.getEnvironment().getRequiredProperty(name);
	}

	private EventTaps taps() {
		return this.context.getBean(LocalNode.class).taps();
	}

	private void create() {
		this.context.getBean(Actors.class).getOrCreate("room", this.key).resolve().block();
	}

	private ActorHandle room() {
		return this.context.getBean(Actors.class).get("room", this.key);
	}

	/** Returns the serialized key as a query parameter. */
	private String key() {
		return URLEncoder.encode(ActorKey.of(this.key).serialize(), StandardCharsets.UTF_8);
	}

	private static JsonNode next(BufferedReader lines) throws IOException {
		for (String line = lines.readLine(); line != null; line = lines.readLine()) {
			if (line.startsWith("data:")) {
				return JsonMapper.shared().readTree(line.substring("data:".length()));
			}
		}
		throw new IllegalStateException("The stream has ended");
	}

	private String token(String page) throws Exception {
		return json(get(page + "/settings")).path("csrf").path("token").asString();
	}

	private HttpResponse<String> call(String page, @Nullable String token, String action, String args)
			throws Exception {
		String body = JsonMapper.shared()
			.writeValueAsString(Map.of("actor", "room", "key", ActorKey.of(this.key).serialize(), "action", action));
		HttpRequest.Builder request = request(page + "/call").header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers
				.ofString(body.substring(0, body.length() - 1) + ",\"args\":" + args + "}"));
		return send((token != null) ? request.header("X-CSRF-TOKEN", token) : request);
	}

	private HttpResponse<String> get(String path) throws Exception {
		return send(request(path));
	}

	private HttpRequest.Builder request(String path) {
		String credentials = this.user + ":" + this.user;
		return anonymous(path).header("Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
	}

	private HttpRequest.Builder anonymous(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path));
	}

	private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static JsonNode json(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JsonMapper.shared().readTree(response.body());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Room.class, TestUsers.class })
	static class Application {

	}

	@Actor("room")
	@History
	static class Room {

		@Action
		int add(int number) {
			return number + 1;
		}

		@Action
		void nothing() {
		}

		@Action
		void fail() {
			throw new UserError("no_luck", "Not today", Map.of("left", 3));
		}

		@Action
		void say(ActorContext<Void, Void> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		void burst(ActorContext<Void, Void> c, int count) {
			for (int i = 0; i < count; i++) {
				c.broadcast("said", i);
			}
		}

	}

}
