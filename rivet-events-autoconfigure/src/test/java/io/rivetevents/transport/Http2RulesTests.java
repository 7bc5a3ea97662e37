/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A violation of the rules of HTTP/2 is a client error: it is not logged as a warning, as
 * an error or with a stack trace, and is never answered with 500.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "server.http2.enabled=true")
class Http2RulesTests {

	private static final Duration QUIET = Duration.ofMillis(300);

	/** The status 500 in the static table of HPACK. */
	private static final byte STATUS_500 = (byte) 0x8e;

	@LocalServerPort
	private int port;

	private static byte[] frame(int type, int flags, int stream, int... payload) {
		byte[] bytes = new byte[payload.length];
		for (int i = 0; i < payload.length; i++) {
			bytes[i] = (byte) payload[i];
		}
		return Http2Socket.frame(type, flags, stream, bytes);
	}

	private static byte[] get(int flags, int stream, String... more) {
		return Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS | flags, stream,
				Http2Socket.request("GET", "/rivet/health", more));
	}

	private static byte[] post(String... more) {
		byte[] type = Http2Socket.request("POST", "/rivet/actors", "content-type", "application/json");
		return Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS, 1,
				join(type, Http2Socket.headers(more)));
	}

	private static byte[] headers(String... pairs) {
		return Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS | Http2Socket.END_STREAM, 1,
				Http2Socket.headers(pairs));
	}

	private static byte[] join(byte[]... parts) {
		int length = Stream.of(parts).mapToInt((part) -> part.length).sum();
		byte[] all = new byte[length];
		int at = 0;
		for (byte[] part : parts) {
			System.arraycopy(part, 0, all, at, part.length);
			at += part.length;
		}
		return all;
	}

	private static byte[] tooLarge() {
		byte[] head = frame(Http2Socket.DATA, 0, 1);
		head[0] = 1;
		head[1] = 0x11;
		return head;
	}

	static List<Arguments> connections() {
		int end = Http2Socket.END_STREAM;
		return List.of(arguments("data of an idle stream", frame(Http2Socket.DATA, 0, 1, 'x')),
				arguments("settings of a wrong length", frame(Http2Socket.SETTINGS, 0, 0, 1)),
				arguments("settings of a stream", frame(Http2Socket.SETTINGS, 0, 1)),
				arguments("a setting out of range", frame(Http2Socket.SETTINGS, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff)),
				arguments("an acknowledgement of nothing with content",
						frame(Http2Socket.SETTINGS, Http2Socket.ACK, 0, 0, 4, 0, 0, 0, 1)),
				arguments("a window of nothing more", frame(Http2Socket.WINDOW_UPDATE, 0, 0, 0, 0, 0, 0)),
				arguments("a window of a wrong length", frame(Http2Socket.WINDOW_UPDATE, 0, 0, 1)),
				arguments("a window of an idle stream", frame(Http2Socket.WINDOW_UPDATE, 0, 1, 0, 0, 0, 1)),
				arguments("a window that is too large", frame(Http2Socket.WINDOW_UPDATE, 0, 0, 0x7f, 0xff, 0xff, 0xff)),
				arguments("headers that are none", frame(Http2Socket.HEADERS, 4, 1, 255, 255, 255, 255, 255)),
				arguments("an index beyond the table", frame(Http2Socket.HEADERS, 4 | end, 1, 0xfe)),
				arguments("padding beyond the frame", frame(Http2Socket.HEADERS, 4 | 8, 1, 200, 0x82)),
				arguments("headers of no stream", frame(Http2Socket.HEADERS, 4 | end, 0, 0x82, 0x86, 0x84)),
				arguments("a stream of the server", frame(Http2Socket.HEADERS, 4 | end, 2, 0x82, 0x86, 0x84)),
				arguments("an older stream", join(get(end, 5), get(end, 3))),
				arguments("a promise", frame(5, 4, 1, 0, 0, 0, 2)),
				arguments("a ping of a wrong length", frame(Http2Socket.PING, 0, 0, 1)),
				arguments("a farewell of a wrong length", frame(Http2Socket.GOAWAY, 0, 0)),
				arguments("a farewell, and a request",
						join(frame(Http2Socket.GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), get(end, 1),
								frame(Http2Socket.DATA, 0, 9, 'x'))),
				arguments("a frame that is too large", tooLarge()), arguments("the rest of no headers", frame(9, 4, 1)),
				arguments("headers that another frame follows",
						join(frame(Http2Socket.HEADERS, 0, 1, 0x82),
								frame(Http2Socket.PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8))),
				arguments("a reset of an idle stream", frame(Http2Socket.RST_STREAM, 0, 1, 0, 0, 0, 8)),
				arguments("a reset of a wrong length", join(get(0, 1), frame(Http2Socket.RST_STREAM, 0, 1, 0))),
				arguments("text", "GET / HTTP/1.1\r\n\r\n".repeat(4).getBytes(StandardCharsets.US_ASCII)));
	}

	static List<Arguments> streams() {
		int end = Http2Socket.END_STREAM;
		return List.of(
				arguments("more than announced",
						join(post("content-length", "3"),
								frame(Http2Socket.DATA, end, 1, 'a', 'b', 'c', 'd', 'e', 'f'))),
				arguments("less than announced",
						join(post("content-length", "30"), frame(Http2Socket.DATA, end, 1, 'a'))),
				arguments("nothing of what is announced",
						join(post("content-length", "30"), frame(Http2Socket.DATA, end, 1))),
				arguments("a length that is none", post("content-length", "x")),
				arguments("two lengths", post("content-length", "3", "content-length", "4")),
				arguments("a pseudo header behind the body", join(post(), headers(":path", "/x"))),
				arguments("headers twice", join(post(), get(0, 1))),
				arguments("a body behind its end", join(get(end, 1), frame(Http2Socket.DATA, 0, 1, 'x'))),
				arguments("a body behind a reset",
						join(post(), frame(Http2Socket.RST_STREAM, 0, 1, 0, 0, 0, 8),
								frame(Http2Socket.DATA, 0, 1, 'x'))),
				arguments("a window that is too large",
						join(post(), frame(Http2Socket.WINDOW_UPDATE, 0, 1, 0x7f, 0xff, 0xff, 0xff))),
				arguments("a window of nothing more", join(post(), frame(Http2Socket.WINDOW_UPDATE, 0, 1, 0, 0, 0, 0))),
				arguments("a stream that depends on itself", frame(2, 0, 1, 0, 0, 0, 1, 0)),
				arguments("no path", headers(":method", "GET", ":scheme", "http", ":authority", "localhost")),
				arguments("no method", headers(":scheme", "http", ":authority", "localhost", ":path", "/rivet/health")),
				arguments("no header", frame(Http2Socket.HEADERS, 4 | end, 1)),
				arguments("a method that is none", headers(":method", "", ":scheme", "http", ":path", "/rivet/health")),
				arguments("a method with a line break",
						headers(":method", "GET\r\n", ":scheme", "http", ":path", "/rivet/health")),
				arguments("a path with a space",
						headers(":method", "GET", ":scheme", "http", ":path", "/rivet/health x")),
				arguments("an unknown pseudo header", get(end, 1, ":x", "y")),
				arguments("a pseudo header twice", get(end, 1, ":path", "/rivet/health")),
				arguments("an empty path", headers(":method", "GET", ":scheme", "http", ":path", "")),
				arguments("CONNECT to nothing", headers(":method", "CONNECT")),
				arguments("CONNECT", headers(":method", "CONNECT", ":authority", "x")),
				arguments("CONNECT for an unknown protocol",
						headers(":method", "CONNECT", ":protocol", "x", ":scheme", "http", ":path", "/rivet/health",
								":authority", "x")),
				arguments("a header in capitals", get(end, 1, "Foo", "x")),
				arguments("a header without a name", get(end, 1, "", "x")),
				arguments("a line break in a header", get(end, 1, "foo", "x\r\ny: z")),
				arguments("a header of the connection", get(end, 1, "connection", "close")),
				arguments("an encoding of HTTP/1.1", get(end, 1, "transfer-encoding", "chunked")),
				arguments("a path that is none",
						headers(":method", "GET", ":scheme", "http", ":path", "no slash \u0001")),
				arguments("a path with a wrong escape",
						headers(":method", "GET", ":scheme", "http", ":path", "/rivet/%zz")),
				arguments("an authority that is none",
						headers(":method", "GET", ":scheme", "http", ":path", "/rivet/health", ":authority",
								"a b:99999999")),
				arguments("headers that are too large", get(end, 1, "x", "y".repeat(15_000), "z", "y".repeat(100))),
				arguments("an expectation that is none", get(end, 1, "expect", "x")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("connections")
	void endsTheConnectionQuietly(String name, byte[] bytes) throws Exception {
		send(bytes);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("streams")
	void endsOrAnswersTheStreamQuietly(String name, byte[] bytes) throws Exception {
		send(bytes);
	}

	private void send(byte[] bytes) throws Exception {
		try (ServerWatch watch = new ServerWatch()) {
			List<Http2Socket.Frame> answers = new ArrayList<>();
			try (Http2Socket socket = new Http2Socket(this.port)) {
				socket.write(bytes);
				readAll(socket, answers);
			}
			assertThat(answers).filteredOn((frame) -> frame.type() == Http2Socket.HEADERS)
				.allSatisfy((frame) -> assertThat(frame.payload()[0]).isNotEqualTo(STATUS_500));
			assertServes();
			watch.assertNothingLeaked();
			assertThat(watch.logged()).isEmpty();
		}
	}

	private static void readAll(Http2Socket socket, List<Http2Socket.Frame> answers) throws IOException {
		try {
			for (Http2Socket.@Nullable Frame frame = socket.read(QUIET); frame != null; frame = socket.read(QUIET)) {
				answers.add(frame);
			}
		}
		catch (EOFException | SocketException ex) {
			// closed
		}
	}

	private void assertServes() throws IOException {
		try (Http2Socket socket = new Http2Socket(this.port)) {
			socket.write(get(Http2Socket.END_STREAM, 1));
			assertThat(socket.read(Http2Socket.HEADERS).payload()[0]).isEqualTo((byte) 0x88); // 200
		}
	}

	/** It stays a request of HTTP/1.1. */
	@ParameterizedTest
	@ValueSource(strings = { "HTTP2-Settings: !!!", "HTTP2-Settings: AAMAAAB", "HTTP2-Settings: AAT_____",
			"HTTP2-Settings: AAMAAABk\r\nHTTP2-Settings: AAMAAABk", "X-Other: x" })
	void doesNotChangeToHttp2WithoutSettings(String settings) throws Exception {
		try (ServerWatch watch = new ServerWatch(); RawSocket socket = new RawSocket(this.port)) {
			socket.write(upgrade(settings));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 200");
			assertThat(watch.logged()).isEmpty();
		}
	}

	@Test
	void takesWhatBreaksTheRulesRightBehindTheChange() throws Exception {
		try (ServerWatch watch = new ServerWatch(); RawSocket socket = new RawSocket(this.port)) {
			socket.write(upgrade("HTTP2-Settings: AAMAAABk") + "garbage".repeat(20));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
			socket.isOpenFor(QUIET);
			assertServes();
			assertThat(watch.logged()).isEmpty();
		}
	}

	/** For a route of the application, which reads a body that ends early. */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void saysNothingOfAClientThatLeavesWithinItsBody(boolean http2) throws Exception {
		try (ServerWatch watch = new ServerWatch()) {
			long before = Routes.begun.get();
			AutoCloseable client = http2 ? beginOverHttp2() : beginOverHttp();
			Awaitility.await().until(() -> Routes.begun.get() > before);
			client.close();
			Awaitility.await().until(() -> Routes.ended.get() == Routes.begun.get());
			assertServes();
			assertThat(watch.logged()).isEmpty();
		}
	}

	private Http2Socket beginOverHttp2() throws IOException {
		Http2Socket socket = new Http2Socket(this.port);
		socket.write(Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS, 1,
				Http2Socket.request("POST", "/app/whole", "content-length", "10")));
		return socket;
	}

	private RawSocket beginOverHttp() throws IOException {
		RawSocket socket = new RawSocket(this.port);
		socket.write("POST /app/whole HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n");
		return socket;
	}

	private static String upgrade(String settings) {
		return ("GET /rivet/health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
				+ "Upgrade: h2c\r\n%s\r\n\r\n")
			.formatted(settings);
	}

	@RestController
	static class Routes {

		private static final AtomicLong begun = new AtomicLong();

		private static final AtomicLong ended = new AtomicLong();

		@PostMapping("/app/whole")
		Mono<String> whole(ServerHttpRequest request) {
			begun.incrementAndGet();
			return DataBufferUtils.join(request.getBody()).map((body) -> {
				DataBufferUtils.release(body);
				return "whole";
			}).doFinally((signal) -> ended.incrementAndGet());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class, Routes.class })
	static class Application {

	}

}
