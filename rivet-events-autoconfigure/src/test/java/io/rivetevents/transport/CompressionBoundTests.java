/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many WebSockets compress at the same time.
 */
class CompressionBoundTests {

	private static final String FAIL = "X-Fail";

	private static final String CALL = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"echo\",\"args\":[\"x\"]}}}";

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void servesClientsBeyondTheBoundWithoutCompression(boolean direct) throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.main.banner-mode=off", "rivet.events.websocket.compression=true",
					"rivet.events.limits.node.compression-size=600KB", "rivet.events.direct-io=" + direct)
			.run()) {
			int port = ((WebServerApplicationContext) context).getWebServer().getPort();
			Limits limits = context.getBean(Limits.class);
			List<RawSocket> sockets = new ArrayList<>();
			assertThat(open(port, sockets, "permessage-deflate")).contains("permessage-deflate");
			assertThat(open(port, sockets, "x-webkit-deflate-frame")).contains("deflate-frame");
			assertThat(open(port, sockets, "permessage-deflate")).doesNotContain("deflate");
			assertThat(limits.hits().count(Limit.NODE_COMPRESSION)).isOne();
			assertThat(open(port, sockets, "x-other")).doesNotContain("x-other");
			for (RawSocket plain : sockets.subList(2, 4)) {
				plain.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, CALL));
				assertThat(plain.readFrame(RawSocket.TEXT).payload()).asString().contains("Init");
				assertThat(plain.readFrame(RawSocket.TEXT).payload()).asString().contains("ActionResponse");
			}
			assertThat(limits.hits().count(Limit.NODE_COMPRESSION)).isOne();
			sockets.get(0).close();
			Awaitility.await().until(() -> limits.compression().used() == 300 * 1024);
			assertThat(open(port, sockets, "permessage-deflate")).contains("permessage-deflate");
			for (RawSocket socket : sockets) {
				socket.close();
			}
			Awaitility.await().until(() -> limits.compression().used() == 0);
		}
	}

	@Test
	void countsAConnectionWhoseHandshakeFailsOnceAndUntilItCloses() throws IOException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.main.banner-mode=off", "rivet.events.websocket.compression=true")
			.run()) {
			Limits limits = context.getBean(Limits.class);
			try (RawSocket socket = new RawSocket(((WebServerApplicationContext) context).getWebServer().getPort())) {
				socket.write(RawSocket.handshake("k", "Sec-WebSocket-Extensions: permessage-deflate", FAIL + ": true"));
				assertThat(socket.readHead()).startsWith("HTTP/1.1 500");
				assertThat(limits.compression().used()).isEqualTo(300 * 1024);
				socket.write(RawSocket.handshake("k", "Sec-WebSocket-Extensions: permessage-deflate"));
				assertThat(socket.readHead()).contains("HTTP/1.1 101", "permessage-deflate");
				assertThat(limits.compression().used()).isEqualTo(300 * 1024);
			}
			Awaitility.await().until(() -> limits.compression().used() == 0);
		}
	}

	private static String open(int port, List<RawSocket> sockets, String extension) throws IOException {
		RawSocket socket = new RawSocket(port);
		sockets.add(socket);
		socket.write(RawSocket.handshake("k", "Sec-WebSocket-Extensions: " + extension));
		String head = socket.readHead();
		assertThat(head).startsWith("HTTP/1.1 101");
		return head;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		/** Fails when an answer is about to be sent, which is behind all checks. */
		@Bean
		WebFilter failingAnswers() {
			return (exchange, chain) -> {
				if (exchange.getRequest().getHeaders().containsHeader(FAIL)) {
					exchange.getResponse().beforeCommit(() -> Mono.error(new IllegalStateException("on purpose")));
				}
				return chain.filter(exchange);
			};
		}

	}

}
