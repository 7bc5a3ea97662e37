/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.ConnParamsAuthenticationConverter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Texts that a client leaves empty or blank are accepted or refused, and never cause a
 * server error.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=1ms", "rivet.events.shutdown.spread=0s" })
class BlankTextsIntegrationTests {

	private static final List<String> BLANKS = List.of("", " ", "\t");

	private static final JsonMapper MAPPER = new JsonMapper();

	@LocalServerPort
	private int port;

	private ServerWatch watch;

	@BeforeEach
	void watch() {
		this.watch = new ServerWatch();
	}

	@AfterEach
	void stopWatching() {
		this.watch.close();
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	static Stream<Arguments> hellos() {
		return BLANKS.stream()
			.flatMap((blank) -> hellos(blank).entrySet()
				.stream()
				.flatMap((hello) -> Stream.of(Encoding.EXTENDED_JSON, Encoding.EXTENDED_CBOR, Encoding.EVENT_STREAM)
					.map((encoding) -> Arguments.of(encoding, hello.getKey(), hello.getValue()))));
	}

	private static Map<String, ToServer.Hello> hellos(String blank) {
		return Map.ofEntries(Map.entry("token", credentials(Map.of("token", blank))),
				Map.entry("user name", credentials(Map.of("username", blank, "password", "ada"))),
				Map.entry("password", credentials(Map.of("username", "ada", "password", blank))),
				Map.entry("credentials", credentials(blank)),
				Map.entry("params", new ToServer.Hello(List.of(), null, null, tree(blank), null, null)),
				Map.entry("token in params",
						new ToServer.Hello(List.of(), null, null, tree(Map.of("token", blank)), null, null)),
				Map.entry("contract", new ToServer.Hello(List.of(), null, null, null, null, blank)),
				Map.entry("epoch", resume(new ToServer.Resume(new Position(blank, 1), "stream", "secret"))),
				Map.entry("stream", resume(new ToServer.Resume(new Position("epoch", 1), blank, "secret"))),
				Map.entry("secret", resume(new ToServer.Resume(new Position("epoch", 1), "stream", blank))),
				Map.entry("snapshot",
						new ToServer.Hello(List.of(), null, new ToServer.Snapshot(blank, List.of()), null, null, null)),
				Map.entry("event", subscription(new ToServer.SubscriptionRequest(blank, true))),
				Map.entry("tag", subscription(new ToServer.SubscriptionRequest("event", true, Set.of(blank)))));
	}

	private static JsonNode tree(Object value) {
		return MAPPER.valueToTree(value);
	}

	private static ToServer.Hello credentials(Object credentials) {
		return new ToServer.Hello(List.of(), null, null, null, tree(credentials), null);
	}

	private static ToServer.Hello resume(ToServer.Resume resume) {
		return new ToServer.Hello(List.of(), resume, null, null, null, null);
	}

	private static ToServer.Hello subscription(ToServer.SubscriptionRequest subscription) {
		return new ToServer.Hello(List.of(subscription), null, null, null, null, null);
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("hellos")
	void takesOrRefusesAFirstMessage(Encoding encoding, String what, ToServer.Hello hello) {
		try (TestClient client = TestClient.connect(base(), encoding, "room", "k", hello)) {
			assertThat(client.nextExtended().toString()).doesNotContain("internal_error");
		}
		assertThat(this.watch.logged()).isEmpty();
	}

	@ParameterizedTest(name = "[{0}]")
	@MethodSource("blanks")
	void takesOrRefusesMessagesOfAnOpenConnection(String blank) {
		for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			try (TestClient client = TestClient.connect(base(), encoding, "room", "k")) {
				client.send(new ToServer.SubscriptionRequest(blank, true, Set.of(blank)));
				client.send(TestClient.request(1, "echo", new ToServer.CallOptions(false, null, blank), "a"));
				client.call(2, blank);
				assertThat(client.nextExtended().toString()).doesNotContain("internal_error");
			}
		}
		assertThat(this.watch.logged()).isEmpty();
	}

	static Stream<String> blanks() {
		return BLANKS.stream();
	}

	static Stream<Arguments> requests() {
		List<Arguments> requests = new ArrayList<>();
		for (String blank : List.of("", "%20", "%09")) {
			for (String query : List.of("name=%s", "name=room&key=%s", "name=room&key=k&namespace=%s", "actor_ids=%s",
					"name=room&cursor=%s", "name=room&limit=%s")) {
				requests.add(Arguments.of("GET", "/actors?" + query.formatted(blank), null, ""));
			}
			for (String parameter : List.of("namespace", "key", "input", "region", "crash-policy", "token", "runner",
					"pool", "skip-ready-wait", "method", "unknown")) {
				requests.add(action("/gateway/room/action/echo?rvt-method=getOrCreate&rvt-runner=default&rvt-%s=%s"
					.formatted(parameter, blank)
					.replace("rvt-runner=default&rvt-runner", "rvt-runner")));
			}
			requests.add(action("/gateway/%s/action/echo?rvt-method=get".formatted(blank)));
			requests.add(action("/gateway/%s/action/echo".formatted(blank)));
			requests.add(action(TestClient.query("room", "k", "action/" + blank)));
			requests.add(Arguments.of("DELETE", "/actors/" + blank, null, ""));
			requests.add(Arguments.of("DELETE", "/connections/" + blank, null, ""));
		}
		for (String blank : BLANKS) {
			String text = tree(blank).toString();
			requests.add(Arguments.of("PUT", "/actors", "{\"name\":%s,\"key\":\"k\"}".formatted(text), ""));
			requests.add(Arguments.of("PUT", "/actors", "{\"name\":\"room\",\"key\":%s}".formatted(text), ""));
			requests.add(Arguments.of("PUT", "/actors",
					"{\"name\":\"room\",\"key\":\"k\",\"input\":%s}".formatted(text), ""));
			requests.add(Arguments.of("POST", "/actors", blank, ""));
		}
		for (String header : List.of("x-rivet-encoding", "x-rivet-conn-params", "x-rivet-secret", "x-rivet-sequence",
				"last-event-id", "authorization", "cookie", "origin", "accept")) {
			requests
				.add(Arguments.of("POST", TestClient.query("room", "k", "action/echo"), "{\"args\":[\"a\"]}", header));
		}
		return requests.stream();
	}

	private static Arguments action(String path) {
		return Arguments.of("POST", path, "{\"args\":[\"a\"]}", "");
	}

	@ParameterizedTest(name = "{0} {1} {2} {3}")
	@MethodSource("requests")
	void takesOrRefusesARequest(String method, String path, String body, String header) throws Exception {
		String[] headers = header.isEmpty() ? new String[0] : new String[] { header, "" };
		assertThat(TestHttp.send(method, base() + path, null, body, headers)).doesNotContain("internal_error");
		assertThat(this.watch.logged()).isEmpty();
	}

	static Stream<String> streams() {
		return Stream.of("", "%20")
			.flatMap((blank) -> Stream.of("event", "tag", "snapshot", "conn_params", "last-event-id")
				.map((parameter) -> "&%s=%s".formatted(parameter, blank)));
	}

	@ParameterizedTest
	@MethodSource("streams")
	void takesOrRefusesAStream(String parameter) {
		try (TestStream stream = TestStream.get(base(), TestClient.query("room", "k", "sse") + parameter)) {
			assertThat(stream.response().statusCode()).isLessThan(500);
		}
		assertThat(this.watch.logged()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("subprotocols")
	void takesOrRefusesASocket(String subprotocol) throws Exception {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(RawSocket.handshake("k").replace("rivet_encoding.json", subprotocol));
			String head = socket.readHead();
			assertThat(head).startsWith("HTTP/1.1 101");
			RawSocket.Frame frame = socket.readFrame();
			assertThat(new String(frame.payload())).doesNotContain("internal_error");
		}
		assertThat(this.watch.logged()).isEmpty();
	}

	static Stream<String> subprotocols() {
		return Stream.of("rivet_encoding.", "rivet_conn_params.", "rivet_conn_params.%20", "rivet_actor.",
				"rivet_actor.%20", "rivet_ext.", "rivet_token.", "");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestActors.Room.class)
	static class Application {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.httpBasic(Customizer.withDefaults())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.build();
		}

		@Bean
		ReactiveJwtDecoder decoder() {
			return (token) -> Mono.error(new BadJwtException("Not a token"));
		}

		/** As services do that do not expect it. */
		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> {
				Assert.hasText(name, "A user has a name");
				return Mono.just(User.withUsername(name).password("{noop}ada").roles("USER").build());
			};
		}

		@Bean
		ConnParamsAuthenticationConverter params() {
			return (params) -> {
				String token = params.path("token").asString(null);
				if (token == null) {
					return Mono.empty();
				}
				return StringUtils.hasText(token)
						? Mono.just(UsernamePasswordAuthenticationToken.unauthenticated("ada", token))
						: Mono.error(new BadCredentialsException("The token is blank"));
			};
		}

	}

}
