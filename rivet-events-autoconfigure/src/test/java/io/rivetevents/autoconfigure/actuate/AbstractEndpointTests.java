/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity.CsrfSpec;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.UserError;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint of a real server, over HTTP.
 */
@SpringBootTest(classes = AbstractEndpointTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=*",
				"management.endpoint.rivetevents.access=unrestricted",
				"management.endpoint.rivetevents.show-values=when-authorized",
				"management.endpoint.rivetevents.roles=ADMIN", "management.endpoint.health.show-details=always",
				"management.info.rivet-events.enabled=true" })
abstract class AbstractEndpointTests {

	/** Sees the values of states. */
	static final String OPERATOR = "admin";

	/** Uses the endpoint and does not see values. */
	static final String OTHER = "ada";

	private static final JsonMapper MAPPER = new JsonMapper();

	@LocalServerPort
	private int port;

	@Autowired
	Actors actors;

	@Autowired
	LocalNode node;

	@Autowired
	Shop shop;

	private final HttpClient http = HttpClient.newHttpClient();

	abstract int endpointPort();

	/** Answer of the endpoint. */
	record Answer(int status, JsonNode body) {

		JsonNode get(String path) {
			return this.body.at("/" + path.replace('.', '/'));
		}

	}

	/** Returns the answer of another endpoint. */
	final JsonNode other(String path) {
		return exchange(HttpRequest.newBuilder(), path, OPERATOR).body();
	}

	final Answer send(HttpRequest.Builder request, String path, @Nullable String user) {
		return exchange(request, "/rivetevents" + path, user);
	}

	private Answer exchange(HttpRequest.Builder request, String path, @Nullable String user) {
		request.uri(URI.create("http://localhost:%d/actuator%s".formatted(endpointPort(), path)));
		if (user != null) {
			request.header("Authorization", TestHttp.authorization(user));
		}
		try {
			HttpResponse<String> response = this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
			String body = response.body();
			return new Answer(response.statusCode(), body.isEmpty() ? MAPPER.nullNode() : MAPPER.readTree(body));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	final Answer get(String path, String... parameters) {
		return send(HttpRequest.newBuilder(), path + query(parameters), OPERATOR);
	}

	private static String query(String... parameters) {
		StringBuilder query = new StringBuilder();
		for (int i = 0; i < parameters.length; i += 2) {
			query.append(query.isEmpty() ? '?' : '&')
				.append(parameters[i])
				.append('=')
				.append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
		}
		return query.toString();
	}

	final Answer post(String path, String... parameters) {
		Map<String, String> body = new LinkedHashMap<>();
		for (int i = 0; i < parameters.length; i += 2) {
			body.put(parameters[i], parameters[i + 1]);
		}
		return post(path, OPERATOR, body);
	}

	final Answer post(String path, @Nullable String user, Map<String, String> body) {
		return send(HttpRequest.newBuilder()
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(MAPPER.writeValueAsString(body))), path, user);
	}

	final TestClient connect(String key) {
		return TestClient.connect("http://localhost:%d/rivet".formatted(this.port), Encoding.EXTENDED_JSON, "shop",
				URLEncoder.encode(key, StandardCharsets.UTF_8), TestClient.HELLO);
	}

	final TestClient connectUser(String key, String user) {
		String url = "http://localhost:%d/rivet".formatted(this.port) + TestClient.query("shop", key, "connect");
		return TestSocket.open(url, Encoding.JSON, TestHttp.headers(user));
	}

	final void create(String key) {
		call(key, "sell", "tea");
	}

	final void call(String key, String action, Object... args) {
		this.actors.getOrCreate("shop", key).call(action, Object.class, args).block(Duration.ofSeconds(10));
	}

	@Test
	void refusesAnonymousUsers() {
		assertThat(send(HttpRequest.newBuilder(), "", null).status()).isEqualTo(401);
		assertThat(send(HttpRequest.newBuilder(), "/instances?actor=shop", null).status()).isEqualTo(401);
		assertThat(post("/drain", null, Map.of()).status()).isEqualTo(401);
		assertThat(this.node.isDraining()).isFalse();
	}

	@Test
	void describesTheNode() {
		create("node");
		Answer answer = get("");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.get("node.name").stringValue()).hasSize(36);
		assertThat(answer.get("node.draining").booleanValue()).isFalse();
		assertThat(answer.get("actors.shop.awake").intValue()).isPositive();
		assertThat(answer.get("connections.max").longValue()).isPositive();
		assertThat(answer.get("queues.maxBytes").longValue()).isPositive();
		assertThat(answer.get("workers.max").intValue()).isEqualTo(64);
		assertThat(answer.get("store.type").stringValue()).isEqualTo("MemoryActorStateStore");
		assertThat(answer.get("schedules.running").intValue()).isZero();
		assertThat(answer.get("limits").valueStream().map((limit) -> limit.path("name").stringValue()))
			.contains("limits.node.queued-size");
		assertThat(answer.body().has("cluster")).isFalse();
	}

	@Test
	void putsAnInstanceToSleepAndDoesNotWakeIt() {
		create("sleepy");
		assertThat(post("/sleep", "actor", "shop", "key", "sleepy").get("status").stringValue()).isEqualTo("sleeping");
		Answer answer = get("/instance", "actor", "shop", "key", "sleepy");
		assertThat(answer.get("status").stringValue()).isEqualTo("sleeping");
		assertThat(answer.get("state.sold.0").stringValue()).isEqualTo("tea");
		assertThat(answer.body().has("node")).isFalse();
		assertThat(get("/instance", "actor", "shop", "key", "sleepy").get("status").stringValue())
			.isEqualTo("sleeping");
		assertThat(post("/sleep", "actor", "shop", "key", "sleepy").status()).isEqualTo(404);
	}

	static final class State {

		public boolean opened = true;

		public String password = "swordfish";

		public double price = 1.5;

		public List<String> sold = new ArrayList<>();

	}

	static final class Label {

		private boolean damaged;

		public String getText() {
			if (this.damaged) {
				throw new IllegalStateException("No label");
			}
			return "";
		}

		public void setText(String text) {
		}

	}

	@Actor("shop")
	static class Shop {

		final Semaphore blocked = new Semaphore(0);

		final Semaphore released = new Semaphore(0);

		@CreateState
		State create() {
			return new State();
		}

		@Action
		String sell(ActorContext<State, ?> context, String goods) {
			context.state().sold.add(goods);
			context.broadcast("sold", goods);
			return goods;
		}

		@Action
		void plan(ActorContext<State, ?> context) {
			context.schedule().named("deliver").after(Duration.ZERO, "deliver");
		}

		@Action
		void deliver() {
			throw new UserError("no_driver", "Nobody drives today");
		}

		@Action
		void cancel(ActorContext<State, ?> context) {
			context.schedule().cancel("deliver");
		}

		@Action
		String block() throws InterruptedException {
			this.blocked.release();
			this.released.acquire();
			return "";
		}

	}

	@Actor("stall")
	static class Stall {

		@CreateState
		Label create() {
			return new Label();
		}

		@Action
		String open() {
			return "";
		}

		@Action
		String damage(ActorContext<Label, ?> context, boolean damaged) {
			context.state().damaged = damaged;
			return "";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Shop.class, Stall.class, TestUsers.class })
	static class Application {

		@Bean
		SecurityWebFilterChain endpoints(ServerHttpSecurity http) {
			return http
				.authorizeExchange((exchange) -> exchange.matchers(EndpointRequest.toAnyEndpoint())
					.authenticated()
					.anyExchange()
					.permitAll())
				.httpBasic(Customizer.withDefaults())
				.csrf(CsrfSpec::disable)
				.build();
		}

		@Bean
		SanitizingFunction passwords() {
			return SanitizingFunction.sanitizeValue().ifKeyEndsWith("shop.password");
		}

	}

}
