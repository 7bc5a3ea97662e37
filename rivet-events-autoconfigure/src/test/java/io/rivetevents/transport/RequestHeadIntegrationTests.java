/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks see the head of the request, whatever the transport.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "server.max-http-request-header-size=64KB")
class RequestHeadIntegrationTests {

	private static int keys;

	private final String key = "head" + keys++;

	@LocalServerPort
	private int port;

	/** How a client comes. */
	enum Way {

		STREAM, SOCKET, EXTENDED_SOCKET, CALL;

		private static final String HELLO = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[]}}}";

		void come(RawSocket client, String key, String... headers) throws IOException {
			switch (this) {
				case STREAM -> {
					client.write(post("sse", key, HELLO, headers));
					client.readUntil("rivet:init");
				}
				case CALL -> {
					client.write(post("action/client", key, "{\"args\":[]}", headers));
					client.readUntil("tester");
				}
				case SOCKET -> {
					client.write(RawSocket.handshake(key, headers));
					client.readHead();
					client.readFrame(RawSocket.TEXT);
				}
				case EXTENDED_SOCKET -> {
					client.write(RawSocket.handshake(key, headers)
						.replace("rivet_encoding.json", "rivet_encoding.json, rivet_ext.1"));
					client.readHead();
					client.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, HELLO));
					client.readFrame(RawSocket.TEXT);
				}
			}
		}

		static String post(String route, String key, String body, String... headers) {
			return "POST /rivet%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s\r\nContent-Length: %d\r\n\r\n%s"
				.formatted(TestClient.query("room", key, route), String.join("\r\n", headers), body.length(), body);
		}

	}

	@BeforeEach
	void forget() {
		Room.seen.clear();
	}

	@ParameterizedTest
	@EnumSource
	void isSeenByHooks(Way way) throws IOException {
		try (RawSocket client = new RawSocket(this.port)) {
			way.come(client, this.key, "X-Client: tester", "Cookie: theme=dark", "Authorization: Bearer abc",
					"X-Twice: 1", "x-twice: 2");
		}
		assertThat(Room.seen).containsOnlyKeys("canCreate", "beforeConnect", "createConnState", "connect");
		assertThat(Room.seen.values()).allSatisfy((head) -> {
			assertThat(head.path()).startsWith("/rivet/gateway/room/");
			assertThat(head.query()).contains("rvt-key=" + this.key);
			assertThat(head.header("x-client")).isEqualTo("tester");
			assertThat(head.header("authorization")).isEqualTo("Bearer abc");
			assertThat(head.headers().get("X-TWICE")).containsExactly("1", "2");
			assertThat(head.cookie("theme")).isEqualTo("dark");
			assertThat(head.remoteAddress()).isEqualTo(InetAddress.getByName("127.0.0.1"));
		});
	}

	@Test
	void refusesARequestWithMore() throws IOException {
		try (RawSocket client = new RawSocket(this.port)) {
			client.write(Way.post("action/client", this.key, "{\"args\":[]}",
					"X-Client: " + "x".repeat(RequestHead.MAX_SIZE)));
			assertThat(client.readUntil("}")).contains("HTTP/1.1 400").contains("16384 bytes");
		}
		assertThat(Room.seen).isEmpty();
	}

	@Actor("room")
	static class Room {

		static final Map<String, RequestHead> seen = new ConcurrentHashMap<>();

		@CanCreate
		boolean mayCreate(RequestHead head) {
			seen.put("canCreate", head);
			return true;
		}

		@OnBeforeConnect
		void connects(RequestHead head) {
			seen.put("beforeConnect", head);
		}

		@CreateConnState
		String createConnState(RequestHead head) {
			seen.put("createConnState", head);
			return head.header("X-Client");
		}

		@OnConnect
		void connected(Connection<String> connection, RequestHead head) {
			seen.put("connect", head);
		}

		@Action
		String client(Connection<String> connection) {
			return connection.state();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Room.class })
	static class Application {

	}

}
