/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections and requests that wait for their clients together stay within their memory
 * limit, on any route, and leave room for requests that arrive complete.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "server.http2.enabled=true", "rivet.events.limits.node.requests-size=1MB",
				"rivet.events.limits.node.receiving-size=128KB", "rivet.events.limits.header-timeout=20s" })
class RequestMemoryTests {

	/** More than there is room for, of any kind. */
	private static final int MANY = 150;

	private static final String HEADERS = "X-Large: %s\r\n".formatted("x".repeat(6000)).repeat(4);

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private final List<AutoCloseable> open = new ArrayList<>();

	@AfterEach
	void nothingIsKept() throws Exception {
		for (AutoCloseable each : this.open) {
			each.close();
		}
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.limits.requests().used()).isZero();
			assertThat(this.limits.receiving().used()).isZero();
		});
	}

	private long hits() {
		return this.limits.hits().count(Limit.NODE_REQUESTS);
	}

	private RawSocket socket() throws IOException {
		RawSocket socket = new RawSocket(this.port);
		this.open.add(socket);
		return socket;
	}

	private Http2Socket http2(byte... settings) throws IOException {
		Http2Socket socket = new Http2Socket(this.port, settings);
		this.open.add(socket);
		return socket;
	}

	private static String head(String path) {
		return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n"
			.formatted(path);
	}

	private RawSocket healthy() throws IOException {
		RawSocket healthy = socket();
		call(healthy);
		// the answer is here before its request is no longer counted
		Awaitility.await().until(() -> this.limits.requests().used() < 24 * 1024);
		return healthy;
	}

	/** A client that was there before, and whose requests come whole, notices nothing. */
	private void call(RawSocket healthy) throws IOException {
		healthy.write(head("/app/whole") + "\r\n0123456789");
		assertThat(healthy.readUntil("\r\n10")).startsWith("HTTP/1.1 200");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/rivet/actors", "/app/whole" })
	void refusesHeadsThatWaitForTheirBodies(String path) throws IOException {
		RawSocket healthy = healthy();
		long before = hits();
		List<RawSocket> waiting = new ArrayList<>();
		for (int i = 0; i < MANY && hits() == before; i++) {
			long used = this.limits.requests().used();
			RawSocket socket = socket();
			socket.write(head(path) + HEADERS + "\r\n");
			waiting.add(socket);
			Awaitility.await().until(() -> hits() > before || this.limits.requests().used() > used + 48_000);
		}
		// a head counts before it is refused: the refused one may not be the last
		RawSocket refused = Awaitility.await().until(() -> firstAnswered(waiting), Objects::nonNull);
		assertThat(refused.readAll()).startsWith("HTTP/1.1 503").contains("x-rivet-error: actor.overloaded");
		assertThat(hits()).isGreaterThan(before);
		call(healthy);
	}

	private static @Nullable RawSocket firstAnswered(List<RawSocket> sockets) throws IOException {
		for (RawSocket socket : sockets) {
			if (socket.hasInput()) {
				return socket;
			}
		}
		return null;
	}

	@Test
	void refusesHeadsThatDoNotEnd() throws IOException {
		RawSocket healthy = healthy();
		long before = hits();
		for (int i = 0; i < MANY && hits() == before; i++) {
			socket().tryWrite((head("/app/whole") + HEADERS).getBytes());
		}
		Awaitility.await().until(() -> hits() > before);
		call(healthy);
	}

	@Test
	void closesConnectionsThatThereIsNoRoomFor() throws IOException {
		RawSocket healthy = healthy();
		long before = hits();
		for (int i = 0; i < MANY; i++) {
			socket();
		}
		Awaitility.await().until(() -> hits() > before);
		assertThat(this.limits.requests().used()).isLessThan(1 << 20);
		call(healthy);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/rivet/actors", "/app/whole" })
	void refusesStreamsThatWaitForTheirBodies(String path) throws IOException {
		RawSocket healthy = healthy();
		long before = hits();
		byte[] head = Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS, 1,
				Http2Socket.request("POST", path, "content-type", "application/json", "content-length", "10"));
		Http2Socket socket = http2();
		for (int id = 1; id < 2 * 99; id += 2) {
			head[8] = (byte) id;
			socket.write(head);
		}
		assertThat(socket.read(Http2Socket.RST_STREAM).code()).isEqualTo(7); // REFUSED_STREAM
		assertThat(hits()).isGreaterThan(before);
		Awaitility.await().until(() -> this.limits.requests().used() < 900_000);
		call(healthy);
	}

	/** A request is not complete until its client has marked the end. */
	@Test
	void countsABodyWhoseEndIsKeptBack() throws IOException {
		Http2Socket socket = http2();
		socket.write(Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS, 1, Http2Socket.request("POST",
				"/rivet/actors", "content-type", "application/json", "content-length", "10000")));
		socket.write(Http2Socket.frame(Http2Socket.DATA, 0, 1, new byte[10_000]));
		Awaitility.await().until(() -> this.limits.receiving().used() >= 10_000);
	}

	@Test
	void countsNoEventStream() throws IOException {
		RawSocket socket = socket();
		socket
			.write("GET /rivet%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(TestClient.query("room", "a", "sse")));
		assertThat(socket.readUntil("rivet:init")).contains("text/event-stream");
		assertThat(this.limits.requests().used()).isZero();
		Http2Socket http2 = http2();
		byte[] request = Http2Socket.request("GET", "/rivet" + TestClient.query("room", "b", "sse"));
		int flags = Http2Socket.END_HEADERS | Http2Socket.END_STREAM;
		http2.write(Http2Socket.frame(Http2Socket.HEADERS, flags, 1, request));
		http2.read(Http2Socket.DATA);
		assertThat(this.limits.requests().used()).isBetween(1L, 32L * 1024);
	}

	@RestController
	static class Routes {

		@PostMapping("/app/whole")
		Mono<String> whole(@RequestBody Mono<byte[]> body) {
			return body.map((bytes) -> String.valueOf(bytes.length));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class, Routes.class })
	static class Application {

	}

}
