/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.rivetevents.transport.webflux.OriginFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Behind a proxy that replaces {@code Host}, the origin of each page is foreign. The
 * answer and the log state this and how to correct it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RefusedOriginTests {

	private static final String ADVICE = "not allowed for the host \"backend:8080\": it is neither the origin of the server"
			+ " nor in rivet.events.security.allowed-origins. A proxy must forward the Host header";

	private static int origins;

	private final List<String> warnings = new CopyOnWriteArrayList<>();

	private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

		@Override
		protected void append(ILoggingEvent event) {
			if (event.getLevel() == Level.WARN) {
				RefusedOriginTests.this.warnings.add(event.getFormattedMessage());
			}
		}

	};

	private final Logger logger = (Logger) LoggerFactory.getLogger(OriginFilter.class);

	@LocalServerPort
	private int port;

	@BeforeEach
	void capture() {
		this.appender.start();
		this.logger.addAppender(this.appender);
	}

	@AfterEach
	void release() {
		this.logger.detachAppender(this.appender);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /gateway/room/websocket?rvt-method=getOrCreate&rvt-key=a",
			"GET /gateway/room/connect?rvt-method=getOrCreate&rvt-key=a",
			"GET /gateway/room/sse?rvt-method=getOrCreate&rvt-key=a",
			"POST /gateway/room/sse?rvt-method=getOrCreate&rvt-key=a",
			"POST /gateway/room/action/echo?rvt-method=getOrCreate&rvt-key=a", "PUT /actors", "GET /actors?name=room",
			"POST /connections/a/message", "DELETE /connections/a", "OPTIONS /gateway/room/action/echo",
			"GET /metadata", "GET /health", "GET /none" })
	void tellsPageAndOperatorWhy(String request) throws IOException {
		String origin = "https://chat%d.example".formatted(origins++);
		for (int i = 0; i < 3; i++) {
			assertThat(ask(request, origin, "Content-Type: application/json\r\n")).startsWith("HTTP/1.1 403")
				.contains("\"code\":\"forbidden\"")
				.contains("The origin \\\"%s\\\" is ".formatted(origin) + ADVICE.replace("\"", "\\\""));
		}
		assertThat(this.warnings).singleElement()
			.asString()
			.contains("The origin \"%s\" is ".formatted(origin) + ADVICE);
	}

	@Test
	void tellsWhyAHandshakeIsRefused() throws IOException {
		String origin = "https://chat%d.example".formatted(origins++);
		String handshake = RawSocket.handshake("a")
			.replaceFirst("Host: [^\r]*", "Host: backend:8080\r\nOrigin: " + origin);
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(handshake);
			assertThat(socket.readHead()).startsWith("HTTP/1.1 403");
			assertThat(socket.readUntil("}")).contains("rivet.events.security.allowed-origins");
		}
		assertThat(this.warnings).singleElement().asString().contains(origin);
	}

	@Test
	void warnsOfEachOriginForItself() throws IOException {
		ask("GET /health", "https://a.example", "");
		ask("GET /health", "https://b.example", "");
		ask("GET /health", "https://a.example", "");
		assertThat(this.warnings).hasSize(2);
	}

	@Test
	void refusesARequestThatNamesTwoOrigins() throws IOException {
		assertThat(ask("POST /gateway/room/action/count?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=k",
				"http://backend:8080", "Origin: https://evil.example\r\nContent-Type: application/json\r\n"))
			.startsWith("HTTP/1.1 403");
	}

	private String ask(String request, String origin, String headers) throws IOException {
		try (RawSocket socket = new RawSocket(this.port)) {
			socket.write(("%s HTTP/1.1\r\nHost: backend:8080\r\nOrigin: %s\r\nAccess-Control-Request-Method: POST\r\n"
					+ "%sConnection: close\r\nContent-Length: 0\r\n\r\n")
				.formatted(request.replaceFirst(" ", " /rivet"), origin, headers));
			return socket.readHead() + socket.readUntil("}");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
