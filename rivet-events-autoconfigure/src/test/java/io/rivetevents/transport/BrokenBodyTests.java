/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;

import io.rivetevents.transport.webflux.LinkIo;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bodies that are not valid HTTP, or whose connection ends early, while another thread is
 * about to answer: a client error, whichever part of the web stack answers.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrokenBodyTests {

	@LocalServerPort
	private int port;

	@Autowired
	private Late late;

	@ParameterizedTest
	@MethodSource("requests")
	void isNoErrorOfTheServer(String line, String more) throws IOException {
		try (ServerWatch watch = new ServerWatch()) {
			for (String body : List.of("Content-Length: 10\r\n\r\n01",
					"Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n")) {
				try (RawSocket socket = new RawSocket(this.port)) {
					int before = this.late.entered.get();
					socket.write("%s HTTP/1.1\r\nHost: localhost\r\n%s%s".formatted(line, more, body));
					if (!line.contains("*")) { // answered before any filter
						Awaitility.await()
							.pollInterval(Duration.ofMillis(10))
							.until(() -> this.late.entered.get() > before);
					}
					socket.tryWrite("no chunk\r\n\r\n".substring(0, body.startsWith("T") ? 12 : 1).getBytes());
				}
			}
			Awaitility.await().until(() -> this.late.inside.get() == 0);
			Awaitility.await().during(Duration.ofMillis(300)).untilAsserted(() -> assertThat(watch.logged()).isEmpty());
		}
	}

	static Stream<Arguments> requests() {
		List<Arguments> requests = new ArrayList<>();
		String preflight = "Origin: http://localhost\r\nAccess-Control-Request-Method: POST\r\n";
		String action = "/rivet" + TestClient.query("room", "k", "action/echo");
		for (String line : List.of("OPTIONS http://localhost", "OPTIONS *", "OPTIONS " + action, "OPTIONS /none",
				"OPTIONS /app/any", "M-SEARCH /rivet/health", "POST /rivet/none", "GET /rivet/health", "GET /app/any",
				"GET /none")) {
			requests.add(Arguments.of(line, ""));
		}
		requests.add(Arguments.of("OPTIONS " + action, preflight));
		requests.add(Arguments.of("OPTIONS /app/any", preflight));
		return requests.stream();
	}

	/** Has another thread answer, and only when the connection has come to its end. */
	@Order(Ordered.HIGHEST_PRECEDENCE)
	static class Late implements WebFilter {

		private final AtomicInteger entered = new AtomicInteger();

		private final AtomicInteger inside = new AtomicInteger();

		@Override
		public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
			HttpServerResponse netty = LinkIo.netty(exchange.getResponse());
			assertThat(netty).isNotNull();
			return Mono.just(exchange.getResponse()).publishOn(Schedulers.boundedElastic()).flatMap((response) -> {
				response.beforeCommit(() -> Mono.fromRunnable(() -> await(netty)));
				return chain.filter(exchange);
			});
		}

		private void await(HttpServerResponse netty) {
			this.inside.incrementAndGet();
			this.entered.incrementAndGet();
			long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
			while (!netty.hasSentHeaders() && System.nanoTime() < end) {
				Thread.onSpinWait();
			}
			this.inside.decrementAndGet();
		}

	}

	@RestController
	static class Routes {

		@RequestMapping("/app/any")
		String any() {
			return "any";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class, Routes.class, Late.class })
	static class Application {

	}

}
