/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;

import org.junit.jupiter.api.RepeatedTest;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Event streams whose head is written by another thread than that of the socket, such as
 * after the session of the client was saved in Redis. Without a session the body is
 * subscribed to by the thread of the socket.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class LateHeadTests {

	@LocalServerPort
	private int port;

	@RepeatedTest(100)
	void followsTheHead() {
		try (TestStream stream = TestStream.get("http://localhost:%d/rivet".formatted(this.port),
				TestClient.query("room", "k", "sse"))) {
			assertThat(stream.response().statusCode()).isEqualTo(200);
			stream.next("Init");
			assertThat(stream.lines().get(0)).isEqualTo(": welcome");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class })
	static class Application {

		@Bean
		WebFilter saving() {
			return (exchange, chain) -> {
				exchange.getResponse().beforeCommit(() -> Mono.delay(Duration.ofMillis(1)).then());
				return chain.filter(exchange);
			};
		}

	}

}
