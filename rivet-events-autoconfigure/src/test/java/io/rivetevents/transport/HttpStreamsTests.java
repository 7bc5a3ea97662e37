/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
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
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deadlines of HTTP/2 streams: a stream that makes progress keeps its full time, whatever
 * the state of its windows at the moment of the check, and a stream that makes no
 * progress ends.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "server.http2.enabled=true", "rivet.events.limits.header-timeout=300ms",
				"rivet.events.limits.body-timeout=2s", "rivet.events.limits.write-timeout=2s" })
class HttpStreamsTests {

	/** More than three of the times. */
	private static final long LONG_NANOS = Duration.ofMillis(6500).toNanos();

	private static final Duration PAUSE = Duration.ofMillis(100);

	private static final int FRAME = 16 * 1024;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private Http2Socket open(int stream, String method, String path, int flags) throws IOException {
		Http2Socket socket = new Http2Socket(this.port);
		socket.write(Http2Socket.frame(Http2Socket.HEADERS, Http2Socket.END_HEADERS | flags, stream,
				Http2Socket.request(method, path, "content-type", "application/octet-stream")));
		return socket;
	}

	/** Reads what comes within a pause. */
	private static int readData(Http2Socket socket) throws IOException {
		int count = 0;
		long end = System.nanoTime() + PAUSE.toNanos();
		while (System.nanoTime() < end) {
			Http2Socket.@Nullable Frame frame = socket.read(Duration.ofNanos(end - System.nanoTime()));
			if (frame != null) {
				assertThat(frame.type()).isNotIn(Http2Socket.RST_STREAM, Http2Socket.GOAWAY);
				count += (frame.type() == Http2Socket.DATA) ? frame.payload().length : 0;
			}
		}
		return count;
	}

	/** The server uses up at once what it may send: at each look the window is empty. */
	@ParameterizedTest
	@ValueSource(ints = { 1000, FRAME })
	void leavesAnAnswerThatIsReadSteadilyAllItsTime(int step) throws IOException {
		long before = this.limits.hits().count(Limit.WRITE_TIMEOUT);
		try (Http2Socket socket = open(1, "GET", "/app/large", Http2Socket.END_STREAM)) {
			int count = 0;
			for (long start = System.nanoTime(); System.nanoTime() - start < LONG_NANOS;) {
				socket.allow(1, step);
				count += readData(socket);
			}
			assertThat(count).isGreaterThan(30 * step);
		}
		assertThat(this.limits.hits().count(Limit.WRITE_TIMEOUT)).isEqualTo(before);
	}

	/** The client has given it a window, and lets another have that of the connection. */
	@Test
	void leavesAnAnswerThatComesAfterAnotherAllItsTime() throws IOException {
		long before = this.limits.hits().count(Limit.WRITE_TIMEOUT);
		try (Http2Socket socket = open(1, "GET", "/app/large", Http2Socket.END_STREAM)) {
			socket.write(Http2Socket.frame(Http2Socket.WINDOW_UPDATE, 0, 1, Http2Socket.integer(1 << 30)));
			readData(socket);
			// depends on the first, and on that alone
			byte[] request = Http2Socket.request("GET", "/app/large");
			byte[] behind = new byte[request.length + 5];
			behind[3] = 1;
			System.arraycopy(request, 0, behind, 5, request.length);
			int flags = Http2Socket.END_HEADERS | Http2Socket.END_STREAM | 0x20;
			socket.write(Http2Socket.frame(Http2Socket.HEADERS, flags, 3, behind));
			for (long start = System.nanoTime(); System.nanoTime() - start < LONG_NANOS;) {
				socket.write(Http2Socket.frame(Http2Socket.WINDOW_UPDATE, 0, 0, Http2Socket.integer(FRAME)));
				readData(socket);
			}
		}
		assertThat(this.limits.hits().count(Limit.WRITE_TIMEOUT)).isEqualTo(before);
	}

	/** Half of the window: it is given back at once, and is whole at each look. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void leavesABodyThatComesSteadilyAllItsTime(int frames) throws IOException {
		long before = this.limits.hits().count(Limit.BODY_TIMEOUT);
		try (Http2Socket socket = open(1, "POST", "/app/count", 0)) {
			int count = 0;
			for (long start = System.nanoTime(); System.nanoTime() - start < LONG_NANOS;) {
				for (int i = 0; i < frames; i++) {
					socket.write(Http2Socket.frame(Http2Socket.DATA, 0, 1, new byte[FRAME]));
					count += FRAME;
				}
				readData(socket);
			}
			socket.write(Http2Socket.frame(Http2Socket.DATA, Http2Socket.END_STREAM, 1));
			assertThat(socket.read(Http2Socket.DATA).payload()).asString().isEqualTo(String.valueOf(count));
		}
		assertThat(this.limits.hits().count(Limit.BODY_TIMEOUT)).isEqualTo(before);
	}

	@Test
	void endsAnAnswerThatIsReadNoMore() throws IOException {
		long before = this.limits.hits().count(Limit.WRITE_TIMEOUT);
		try (Http2Socket socket = open(1, "GET", "/app/large", Http2Socket.END_STREAM)) {
			socket.allow(1, FRAME);
			readData(socket);
			// others of the connection do not make it go on, nor does a window it cannot
			// use
			socket.write(Http2Socket.frame(Http2Socket.WINDOW_UPDATE, 0, 0, Http2Socket.integer(FRAME)));
			assertThat(socket.read(Http2Socket.RST_STREAM).stream()).isEqualTo(1);
		}
		assertThat(this.limits.hits().count(Limit.WRITE_TIMEOUT)).isEqualTo(before + 1);
	}

	@Test
	void endsABodyThatComesNoMore() throws IOException {
		long before = this.limits.hits().count(Limit.BODY_TIMEOUT);
		try (Http2Socket socket = open(1, "POST", "/app/count", 0)) {
			socket.write(Http2Socket.frame(Http2Socket.DATA, 0, 1, new byte[FRAME]));
			assertThat(socket.read(Http2Socket.RST_STREAM).stream()).isEqualTo(1);
		}
		assertThat(this.limits.hits().count(Limit.BODY_TIMEOUT)).isEqualTo(before + 1);
	}

	@RestController
	static class Routes {

		@GetMapping("/app/large")
		byte[] large() {
			return new byte[8 << 20];
		}

		@PostMapping("/app/count")
		Mono<String> count(@RequestBody Flux<DataBuffer> body) {
			return body.map((part) -> {
				int count = part.readableByteCount();
				DataBufferUtils.release(part);
				return count;
			}).reduce(0, Integer::sum).map(String::valueOf);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, Routes.class })
	static class Application {

	}

}
