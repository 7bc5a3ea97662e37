/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Features of event streams alone: a plain {@code EventSource}, and client messages as
 * requests.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "rivet.events.sse.keep-alive=500ms",
		"rivet.events.sse.max-queued-size=1MB", "rivet.events.shutdown.spread=0s" })
class EventStreamIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	/** {@code ada:ada}. */
	private static final String ADA = "Basic YWRhOmFkYQ==";

	@LocalServerPort
	private int port;

	@Autowired
	private OutboundRegistry connections;

	private String base;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
		this.key = "k" + KEYS.incrementAndGet();
	}

	private TestClient speaker() {
		return TestClient.connect(this.base, Encoding.JSON, "room", this.key);
	}

	private static void say(TestClient speaker, String text) {
		speaker.call(1, "say", text);
		speaker.next(ToClient.ActionResponse.class);
	}

	private TestStream eventSource(String more, String... headers) {
		return TestStream.get(this.base, TestClient.query("room", this.key, "sse") + more, headers);
	}

	@Test
	void servesAnEventSource() {
		try (TestClient speaker = speaker(); TestStream source = eventSource("&event=said")) {
			assertThat(source.response().statusCode()).isEqualTo(200);
			assertThat(source.response().headers().firstValue("content-type"))
				.contains("text/event-stream;charset=UTF-8");
			assertThat(source.response().headers().firstValue("x-accel-buffering")).contains("no");
			assertThat(source.response().headers().firstValue("cache-control").orElseThrow()).contains("no-cache");
			source.next("Init");
			assertThat(source.lines().get(0)).isEqualTo(": welcome");
			assertThat(source.lines().get(1)).matches("retry: \\d{4}");
			say(speaker, "one\ntwo");
			Received event = source.next("Event");
			assertThat(event.text("name")).isEqualTo("said");
			assertThat(event.value().get("args").get(0).stringValue()).isEqualTo("one\ntwo");
			assertThat(source.lines()).contains("event: said", "data: [\"one\\ntwo\"]");
		}
	}

	@Test
	void resumesByTheLastEventId() {
		try (TestClient speaker = speaker()) {
			TestStream source = eventSource("&event=said");
			source.next("Init");
			say(speaker, "one");
			source.next("Event");
			String last = source.ids().get(source.ids().size() - 1);
			source.cut();
			say(speaker, "two");
			for (TestStream again : List.of(eventSource("&event=said", "Last-Event-ID", last),
					eventSource("&event=said&last-event-id=" + last))) {
				assertThat(again.next("Init").text("outcome")).isEqualTo("resumed");
				assertThat(again.next("Event").value().get("args").get(0).stringValue()).isEqualTo("two");
				again.close();
			}
			try (TestStream stranger = eventSource("", "Last-Event-ID", "nonsense")) {
				assertThat(stranger.next("Init").text("reason")).isEqualTo("epoch_changed");
			}
		}
	}

	/** An EventSource reconnects automatically unless the answer is 204. */
	@Test
	void makesAnEventSourceStopThatWasRefused() {
		TestStream refused = eventSource("&conn_params=%22refused%22");
		assertThat(refused.next("Error").text("code")).isEqualTo("not_you");
		assertThat(refused.next("Close").text("advice")).isEqualTo("never");
		Awaitility.await().until(() -> refused.ids().contains("closed"));
		assertThat(eventSource("", "Last-Event-ID", "closed").response().statusCode()).isEqualTo(204);
	}

	@Test
	void refusesWhatIsNoStream() {
		assertThat(TestStream.get(this.base, "/gateway/room/sse?rvt-method=nope").response().statusCode())
			.isEqualTo(400);
		assertThat(TestStream.get(this.base, "/connections/x").response().statusCode()).isEqualTo(405);
	}

	@Test
	void provesARequestUpward() {
		try (TestStream stream = TestStream.post(this.base, TestClient.query("room", this.key, "sse"),
				TestClient.HELLO)) {
			stream.next("Init");
			byte[] call = ExtendedClientCodec.encodeAll(TestClient.request(1, "who", CallOptions.NONE));
			assertThat(stream.upward("POST", call).statusCode()).isEqualTo(202);
			assertThat(stream.next("ActionResponse").value().get("id").intValue()).isEqualTo(1);
			assertError(stream.upward("POST", call, "x-rivet-secret", "forged"), 403, "auth.forbidden");
			assertError(stream.upward("POST", call, "authorization", ADA), 403, "auth.forbidden");
			assertError(stream.upward("PUT", call), 405, "actor.method_not_allowed");
			// one that arrives twice is handled once
			for (int i = 0; i < 2; i++) {
				assertThat(stream.upward("POST", call, "x-rivet-sequence", "7").statusCode()).isEqualTo(202);
			}
			stream.send(TestClient.request(2, "who", CallOptions.NONE));
			stream.next("ActionResponse");
			assertThat(stream.upward("DELETE", new byte[0]).statusCode()).isEqualTo(204);
			stream.closed();
			Awaitility.await().until(() -> stream.upward("POST", call).statusCode() == 404);
			assertError(stream.upward("POST", call), 404, "connection.not_found");
		}
	}

	private static void assertError(HttpResponse<String> response, int status, String error) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("x-rivet-error")).contains(error);
	}

	/** It costs its own connection only. */
	@Test
	void closesAStreamThatNobodyReads() throws Exception {
		try (TestClient speaker = speaker(); java.net.Socket deaf = new java.net.Socket()) {
			deaf.setReceiveBufferSize(8 * 1024);
			deaf.connect(new java.net.InetSocketAddress("localhost", this.port));
			deaf.getOutputStream()
				.write("GET /rivet%s&event=flood HTTP/1.1\r\nHost: localhost\r\n\r\n"
					.formatted(TestClient.query("room", this.key, "sse"))
					.getBytes());
			Awaitility.await().until(() -> this.connections.size() == 2);
			for (int round = 0; round < 100 && this.connections.size() == 2; round++) {
				speaker.call(round, "flood", 4, 50_000);
				speaker.next(ToClient.ActionResponse.class);
			}
			Awaitility.await().until(() -> this.connections.size() == 1);
		}
	}

	@Test
	void noticesAClientThatIsGone() {
		TestStream stream = eventSource("&event=said");
		stream.next("Init");
		assertThat(this.connections.size()).isEqualTo(1);
		stream.cut();
		Awaitility.await().until(() -> this.connections.size() == 0);
	}

	@Test
	void knowsWhoHasSignedIn() {
		try (TestStream stream = TestStream.post(this.base, TestClient.query("room", this.key, "sse"), TestClient.HELLO,
				"authorization", ADA)) {
			stream.next("Init");
			assertThat(stream
				.upward("POST", ExtendedClientCodec.encodeAll(TestClient.request(1, "who", CallOptions.NONE)),
						"authorization", ADA)
				.statusCode()).isEqualTo(202);
			assertThat(stream.next("ActionResponse").text("output")).isEqualTo("ada");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, TestActors.Room.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
