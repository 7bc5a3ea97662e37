/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * If one address uses its full share of memory for incomplete messages, on any route,
 * other addresses are still served.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "server.forward-headers-strategy=native",
				"rivet.events.limits.node.receiving-size=200KB", "rivet.events.limits.body-timeout=20s",
				"rivet.events.websocket.rejection-delay=0ms" })
class ReceivingShareIntegrationTests {

	/** Takes up to twice as much. */
	private static final int PART = 10_000;

	private static final int WHOLE = 60_000;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private final List<RawSocket> sockets = new ArrayList<>();

	@AfterEach
	void nothingIsKept() throws IOException {
		for (RawSocket socket : this.sockets) {
			socket.close();
		}
		Awaitility.await().until(() -> this.limits.receiving().used() == 0);
	}

	/** The destination of a message of which only the first part is sent. */
	enum Route {

		ACTION("POST", TestClient.query("room", "k", "action/echo")), ACTORS("PUT", "/actors"),
		STREAM("POST", TestClient.query("room", "k", "sse")), WEB_SOCKET("", "");

		private final String method;

		private final String path;

		Route(String method, String path) {
			this.method = method;
			this.path = path;
		}

		private RawSocket send(int port, String address) throws IOException {
			String forwarded = "X-Forwarded-For: " + address;
			if (this == WEB_SOCKET) {
				RawSocket socket = RawSocket.webSocket(port, "k", forwarded);
				socket.write(RawSocket.frame(RawSocket.TEXT, " ".repeat(PART)));
				return socket;
			}
			RawSocket socket = new RawSocket(port);
			socket.write(("%s /rivet%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s\r\n"
					+ "Content-Length: %d\r\n\r\n%s")
				.formatted(this.method, this.path, forwarded, WHOLE, " ".repeat(PART)));
			return socket;
		}

		private void expectRefusal(RawSocket socket) throws IOException {
			if (this == WEB_SOCKET) {
				assertThat(socket.readClose().closeReason()).isEqualTo("actor.overloaded");
			}
			else {
				assertThat(socket.readHead()).contains("HTTP/1.1 503", "actor.overloaded");
			}
		}

	}

	@ParameterizedTest
	@EnumSource
	void leavesAPartToOtherAddresses(Route route) throws IOException {
		String greedy = "198.51.100." + (10 + route.ordinal());
		fill(route, greedy);
		assertThat(this.limits.receiving().used()).isBetween(120_000L, 154_000L);
		for (Route each : Route.values()) {
			fill(each, greedy);
			long before = this.limits.receiving().used();
			RawSocket socket = open(each, "198.51.100.99");
			assertThat(hasRoom(before, hits())).as("%s", each).isTrue();
			socket.close();
			Awaitility.await().until(() -> this.limits.receiving().used() <= before);
		}
	}

	/** Sends messages until one is refused. */
	private void fill(Route route, String address) throws IOException {
		for (int i = 0; i < 20; i++) {
			long before = this.limits.receiving().used();
			long hits = hits();
			RawSocket socket = open(route, address);
			if (!hasRoom(before, hits)) {
				route.expectRefusal(socket);
				return;
			}
		}
		throw new AssertionError("None of 20 is refused");
	}

	private long hits() {
		return this.limits.hits().count(Limit.NODE_RECEIVING);
	}

	/** Returns whether what was sent last is there and waits for the rest. */
	private boolean hasRoom(long before, long hits) {
		Awaitility.await().until(() -> hits() > hits || this.limits.receiving().used() >= before + PART);
		return hits() == hits;
	}

	private RawSocket open(Route route, String address) throws IOException {
		RawSocket socket = route.send(this.port, address);
		this.sockets.add(socket);
		return socket;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
