/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A frame that directly follows the handshake is not lost, whichever thread completes the
 * application's work before the answer.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.limits.address.connections=5000" })
class FrameBehindHandshakeTests {

	private static final int CONNECTIONS = 1000;

	private static final int CLIENTS = 8;

	private static final String HELLO = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[]}}}";

	@LocalServerPort
	private int port;

	@Test
	void isRead() throws Exception {
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		try {
			List<Future<String>> answers = new ArrayList<>();
			for (int i = 0; i < CONNECTIONS; i++) {
				answers.add(clients.submit(this::welcome));
			}
			for (Future<String> answer : answers) {
				assertThat(answer.get()).contains("\"stream\"");
			}
		}
		finally {
			clients.shutdownNow();
		}
	}

	/** Greets as soon as the last byte of the handshake is there. */
	private String welcome() throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket
				.write(RawSocket.handshake("lobby").replace("rivet_encoding.json", "rivet_encoding.json, rivet_ext.1"));
			assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
			socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, HELLO));
			return new String(socket.readFrame(RawSocket.TEXT).payload());
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		/** As a web session is saved that is kept elsewhere. */
		@Bean
		WebFilter savesElsewhere() {
			return (exchange, chain) -> {
				exchange.getResponse()
					.beforeCommit(() -> Mono.delay(Duration.ofNanos(100_000), Schedulers.parallel()).then());
				return chain.filter(exchange);
			};
		}

	}

}
