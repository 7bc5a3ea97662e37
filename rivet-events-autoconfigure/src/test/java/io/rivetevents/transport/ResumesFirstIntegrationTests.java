/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Sinks;

import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The last eighth of the connections of a node is for clients that resume, and for those
 * alone.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"rivet.events.websocket.rejection-delay=10ms", "rivet.events.limits.node.connections=16",
				"rivet.events.security.authentication-timeout=" + ResumesFirstIntegrationTests.TIMEOUT + "ms" })
class ResumesFirstIntegrationTests {

	static final int TIMEOUT = 2000;

	private static final int UNRESERVED = 14;

	private static final int ALL = 16;

	private static final String MARK = "rivet_resume";

	private final List<AutoCloseable> open = new ArrayList<>();

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	private ToServer.Resume stream;

	private ToServer.Resume second;

	/** How a client comes. */
	enum Way {

		WEBSOCKET, SSE

	}

	@BeforeEach
	void fill() {
		this.stream = streamOf("a");
		this.second = streamOf("b");
		this.open.clear();
		for (int i = 0; i < UNRESERVED; i++) {
			assertThat(socket("k", null).nextExtended().tag()).isEqualTo("Init");
		}
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable client : this.open) {
			client.close();
		}
		awaitConnections(0);
	}

	/** Returns what a client needs to resume its stream, after it has left. */
	private ToServer.Resume streamOf(String key) {
		try (TestSocket client = socket(key, null)) {
			Received init = client.next("Init");
			return TestClient.resume(init, init.position());
		}
		finally {
			awaitConnections(0);
		}
	}

	private void awaitConnections(int expected) {
		Awaitility.await().untilAsserted(() -> assertThat(this.limits.connections()).isEqualTo(expected));
	}

	@ParameterizedTest
	@EnumSource
	void keepsTheLastPlacesForClientsThatResume(Way way) {
		assertThat(come(way, "c", null)).isEqualTo("too_many");
		assertThat(come(way, "a", this.stream)).isEqualTo("resumed");
		assertThat(come(way, "b", this.second)).isEqualTo("resumed");
		assertThat(this.limits.connections()).isEqualTo(ALL);
		assertThat(come(way, "a", this.stream)).isEqualTo("too_many");
	}

	@ParameterizedTest
	@EnumSource
	void believesNoClaimWithoutProof(Way way) {
		ToServer.Resume forged = new ToServer.Resume(this.stream.position(), this.stream.stream(), "c2VjcmV0");
		for (int i = 0; i < ALL; i++) {
			assertThat(come(way, "a", forged)).isEqualTo("too_many");
			awaitConnections(UNRESERVED);
		}
		assertThat(come(way, "a", new ToServer.Resume(this.stream.position(), null, null))).isEqualTo("too_many");
		assertThat(come(way, "a", this.stream)).isEqualTo("resumed");
	}

	@Test
	void givesAClaimWithoutProofThePlaceOfANewClient() throws Exception {
		this.open.remove(0).close();
		awaitConnections(UNRESERVED - 1);
		ToServer.Resume forged = new ToServer.Resume(this.stream.position(), this.stream.stream(), "c2VjcmV0");
		assertThat(come(Way.WEBSOCKET, "a", forged)).isEqualTo("resynced");
		assertThat(come(Way.WEBSOCKET, "a", forged)).isEqualTo("too_many");
	}

	@Test
	void doesNotReadTheMarkOfThePlainProtocol() {
		TestSocket plain = TestSocket.open(base() + TestSocket.query("room", "k"), Encoding.JSON, new HttpHeaders(),
				MARK);
		this.open.add(plain);
		assertThat(plain.closed().getReason()).isEqualTo("connection.too_many");
	}

	/** Clients that claim to resume, and then neither send, nor read, nor close. */
	@Test
	void costsNoPlaceForLongerThanTheTimeout() throws IOException {
		liar();
		liar();
		awaitConnections(ALL);
		assertThat(come(Way.WEBSOCKET, "a", this.stream)).isEqualTo("too_many");
		awaitConnections(UNRESERVED);
		for (int i = UNRESERVED; i < ALL; i++) {
			liar().write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, "?".getBytes(StandardCharsets.UTF_8)));
		}
		awaitConnections(UNRESERVED);
		assertThat(come(Way.WEBSOCKET, "a", this.stream)).isEqualTo("resumed");
		assertThat(come(Way.SSE, "b", this.second)).isEqualTo("resumed");
	}

	private RawSocket liar() throws IOException {
		RawSocket liar = RawSocket.webSocket(this.port, "k", "Sec-WebSocket-Protocol: rivet_ext.1, " + MARK);
		this.open.add(liar);
		return liar;
	}

	/** Returns the outcome, or the code of the rejection. */
	private String come(Way way, String key, ToServer.@Nullable Resume resume) {
		if (way == Way.WEBSOCKET) {
			return outcome(socket(key, resume));
		}
		TestStream stream = TestStream.post(base(), TestClient.query("room", key, "sse"), hello(resume));
		this.open.add(stream);
		return (stream.response().statusCode() != 503) ? outcome(stream)
				: stream.response().headers().firstValue("x-rivet-error").orElseThrow().replace("connection.", "");
	}

	private static String outcome(TestClient client) {
		Received answer = client.nextExtended();
		return answer.tag().equals("Init") ? answer.text("outcome") : answer.text("code");
	}

	private TestSocket socket(String key, ToServer.@Nullable Resume resume) {
		String[] mark = (resume != null) ? new String[] { MARK } : new String[0];
		TestSocket socket = TestSocket.open(base() + TestSocket.query("room", key), Encoding.EXTENDED_JSON,
				new HttpHeaders(), mark);
		this.open.add(socket);
		try {
			socket.send(hello(resume));
		}
		catch (Sinks.EmissionException ex) {
			// rejected before
		}
		return socket;
	}

	private static ToServer.Hello hello(ToServer.@Nullable Resume resume) {
		return new ToServer.Hello(List.of(), resume, null, null, null, null);
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
