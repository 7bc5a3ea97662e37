/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compressed frames are left to the pipeline, beside a client that offers none.
 */
@SpringBootTest(classes = WebSocketIntegrationTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "rivet.events.websocket.compression=true")
class CompressionIntegrationTests {

	private static final String CALL = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":[\"$BigInt\",\"1\"],\"name\":\"count\",\"args\":[]}}}";

	@LocalServerPort
	private int port;

	@Test
	void answersAClientThatCompresses() {
		assertThat(talk(true)).satisfiesExactly((extensions) -> assertThat(extensions).contains("permessage-deflate"),
				(welcome) -> assertThat(welcome).contains("Init"),
				(answer) -> assertThat(answer).contains("ActionResponse"));
	}

	@Test
	void answersAClientThatDoesNot() {
		assertThat(talk(false)).satisfiesExactly((extensions) -> assertThat(extensions).isEmpty(),
				(welcome) -> assertThat(welcome).contains("Init"),
				(answer) -> assertThat(answer).contains("ActionResponse"));
	}

	/**
	 * Return the extensions that were agreed on, the welcome and the answer to a call.
	 */
	private List<String> talk(boolean compress) {
		return HttpClient.create()
			.websocket(WebsocketClientSpec.builder().protocols("rivet,rivet_encoding.json").compress(compress).build())
			.uri("ws://localhost:%d/rivet%s".formatted(this.port, TestSocket.query("room", "k" + compress)))
			.handle((in, out) -> out.sendString(Mono.just(CALL))
				.then()
				.thenMany(in.receive().asString().take(2))
				.startWith(String.valueOf(in.headers().get("sec-websocket-extensions", ""))))
			.collectList()
			.block(Duration.ofSeconds(20));
	}

}
