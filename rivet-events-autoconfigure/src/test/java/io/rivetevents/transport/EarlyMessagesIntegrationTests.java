/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that clients send before they are admitted count for their user as soon as the
 * user is identified.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "management.health.redis.enabled=false",
		"rivet.events.limits.principal.calls=10", "rivet.events.websocket.rejection-delay=0ms" })
class EarlyMessagesIntegrationTests {

	private static final int PONG = 0xA;

	private static final int CLOSE = 0x8;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private Gates gates;

	private final List<RawSocket> sockets = new ArrayList<>();

	@BeforeEach
	void start() {
		this.gates.connected().set(0);
	}

	@AfterEach
	void stop() throws IOException {
		for (RawSocket socket : this.sockets) {
			socket.close();
		}
		this.gates.letIn().tryEmitNext("");
		Awaitility.await().until(() -> this.limits.connections() == 0);
	}

	@Test
	void countForTheUserOfAllItsConnections() throws IOException {
		RawSocket first = connect("ada", 1);
		RawSocket second = connect("ada", 2);
		RawSocket other = connect("bob", 3);
		sendEarly(first, 6);
		send(second, 6);
		assertThat(second.readClose().closeReason()).isEqualTo("actor.overloaded");
		assertThat(this.limits.hits().count(Limit.PRINCIPAL_CALLS)).isPositive();
		sendEarly(other, 8);
		second.close(); // or the connect of the first has no room
		Awaitility.await().until(() -> this.limits.connections() == 2);
		this.gates.letIn().tryEmitNext("");
		assertThat(answers(first, 6)).hasSize(6);
		assertThat(answers(other, 8)).hasSize(8);
		// each has its room again, and no more of it
		for (int i = 0; i < 5; i++) {
			send(first, 6);
			assertThat(answers(first, 6)).hasSize(6);
		}
	}

	/** Those of a client that leaves count no more. */
	@Test
	void areGivenBackWithTheirConnection() throws IOException {
		RawSocket first = connect("eve", 1);
		sendEarly(first, 8);
		RawSocket second = connect("eve", 2);
		send(second, 3);
		assertThat(second.readClose().closeReason()).isEqualTo("actor.overloaded");
		first.close();
		this.gates.letIn().tryEmitNext("");
		Awaitility.await().until(() -> this.limits.connections() == 0);
		RawSocket third = connect("eve", 1);
		sendEarly(third, 8);
		this.gates.letIn().tryEmitNext("");
		assertThat(answers(third, 8)).hasSize(8);
	}

	/** The client disconnects before it is admitted. */
	@Test
	void areOfNobodyOnceTheirClientHasLeft() throws IOException {
		RawSocket first = connect("eve", 1);
		RawSocket second = connect("eve", 2);
		first.close();
		Awaitility.await().until(() -> this.limits.connections() == 1);
		this.gates.letIn().tryEmitNext("");
		send(second, 1);
		assertThat(answers(second, 1)).hasSize(1);
		assertThat(this.gates.connected()).hasValue(1);
	}

	/** Sends messages, and waits until they have arrived. */
	private static void sendEarly(RawSocket socket, int count) throws IOException {
		send(socket, count);
		socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.PING, "arrived"));
		socket.readFrame(PONG);
	}

	private static void send(RawSocket socket, int count) {
		for (int i = 0; i < count; i++) {
			socket.tryWrite(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT,
					"{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":1,\"name\":\"echo\",\"args\":[\"x\"]}}}"));
		}
	}

	private static List<String> answers(RawSocket socket, int count) throws IOException {
		List<String> answers = new ArrayList<>();
		while (answers.size() < count) {
			RawSocket.Frame frame = socket.readFrame();
			String text = new String(frame.payload());
			assertThat(frame.opcode()).as(text).isNotEqualTo(CLOSE);
			if (text.contains("ActionResponse")) {
				answers.add(text);
			}
		}
		return answers;
	}

	/**
	 * Opens a connection, and waits until this number of connections wait for admission.
	 */
	private RawSocket connect(String user, int waiting) throws IOException {
		RawSocket socket = connectTo(user);
		Awaitility.await().until(() -> this.gates.letIn().currentSubscriberCount() == waiting);
		return socket;
	}

	private RawSocket connectTo(String user) throws IOException {
		RawSocket socket = new RawSocket(this.port);
		this.sockets.add(socket);
		socket.write(RawSocket.handshake("k-" + user)
			.replace("/room/", "/porch/")
			.replace("rivet_encoding.json", "rivet_encoding.json, rivet_conn_params.%22" + user + "%22"));
		assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
		return socket;
	}

	record Gates(Sinks.Many<String> letIn, AtomicInteger connected) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Porch.class })
	static class Application {

		@Bean
		Gates gates() {
			return new Gates(Sinks.many().multicast().directBestEffort(), new AtomicInteger());
		}

		@Bean
		ConnectionAuthenticator authenticator() {
			return (params) -> Mono.<Principal>just(params::stringValue);
		}

	}

	@Actor("porch")
	static class Porch {

		private final Gates gates;

		Porch(Gates gates) {
			this.gates = gates;
		}

		@OnBeforeConnect
		Mono<Void> check(@ConnParams @Nullable String params) {
			return this.gates.letIn().asFlux().next().then();
		}

		@OnConnect
		void connect() {
			this.gates.connected().incrementAndGet();
		}

		@Action
		String echo(String text) {
			return text;
		}

	}

}
