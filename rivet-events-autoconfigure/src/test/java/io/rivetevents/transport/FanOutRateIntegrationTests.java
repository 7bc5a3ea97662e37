/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that cause too many deliveries are followed by calls that are rejected.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"server.forward-headers-strategy=framework", "rivet.events.limits.address.fan-out-rate=1" })
class FanOutRateIntegrationTests {

	/** More than a second's worth, which is paid in so many seconds. */
	private static final int CONNECTIONS = 30;

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@ParameterizedTest
	@ValueSource(strings = { "say", "sayLater", "sayDurably" })
	void rejectsTheNextCallOfAClientAndSendsTheEventToAll(String action) {
		List<TestSocket> subscribers = subscribe(action);
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Forwarded-For", "198.51.100." + action.length());
		try (TestSocket caller = TestSocket.open(base() + TestSocket.query("board", action), Encoding.JSON, headers)) {
			assertThat(caller.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			caller.call(1, action, "hi");
			assertThat(caller.next(ToClient.class)).isInstanceOf(ToClient.ActionResponse.class);
			assertThat(subscribers)
				.allSatisfy((each) -> assertThat(each.next(ToClient.class)).isInstanceOf(ToClient.Event.class));
			caller.call(2, "echo", "hi");
			assertThat(caller.next(ToClient.class)).isInstanceOfSatisfying(ToClient.Error.class, (error) -> {
				assertThat(error.code()).isEqualTo("overloaded");
				assertThat(error.metadata().path("channel").asString()).isEqualTo("limits.address.fan-out-rate");
				assertThat(error.metadata().path("retryAfter").asLong()).isBetween(1000L, CONNECTIONS * 1000L);
			});
		}
		subscribers.forEach(TestSocket::close);
	}

	@Test
	void rejectsTheNextRequestOverHttp() throws Exception {
		List<TestSocket> subscribers = subscribe("http");
		assertThat(call("say").statusCode()).isEqualTo(200);
		HttpResponse<String> second = call("echo");
		assertThat(second.statusCode()).isEqualTo(503);
		assertThat(second.body()).contains("limits.address.fan-out-rate");
		assertThat(Integer.parseInt(second.headers().firstValue("retry-after").orElseThrow()))
			.isBetween(CONNECTIONS / 2, CONNECTIONS);
		subscribers.forEach(TestSocket::close);
	}

	/** Opens connections from loopback, which has no share. */
	private List<TestSocket> subscribe(String key) {
		List<TestSocket> sockets = new ArrayList<>();
		for (int i = 0; i < CONNECTIONS; i++) {
			TestSocket socket = TestSocket.connect(base(), Encoding.JSON, "board", key);
			socket.subscribe("said");
			socket.call(1, "echo", "ready");
			assertThat(socket.next(ToClient.class)).isInstanceOf(ToClient.ActionResponse.class);
			sockets.add(socket);
		}
		return sockets;
	}

	private HttpResponse<String> call(String action) throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(base() + TestClient.query("board", "http", "action/" + action)))
			.header("content-type", "application/json")
			.header("X-Forwarded-For", "198.51.100.100")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"hi\"]}"))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.ofString());
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@Actor("board")
	static class Board {

		@Action
		String echo(String text) {
			return text;
		}

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		Mono<Void> sayLater(ActorContext<?, ?> c, String text) {
			return Mono.delay(Duration.ofMillis(1))
				.doOnNext((tick) -> c.except(c.conn()).broadcast("said", text))
				.then();
		}

		@Action(durable = true)
		void sayDurably(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Board.class })
	static class Application {

	}

}
