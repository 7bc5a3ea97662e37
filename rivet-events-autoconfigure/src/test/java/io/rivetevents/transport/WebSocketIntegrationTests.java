/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
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
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Successful and failing communication over real sockets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=50ms", "rivet.events.websocket.keep-alive=1s",
				"rivet.events.websocket.max-queued-size=1MB", "rivet.events.websocket.max-frame-size=256KB",
				"rivet.events.security.allowed-origins=https://friend.example" })
class WebSocketIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	@Autowired
	private OutboundRegistry connections;

	private String base;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
		this.key = "k" + KEYS.incrementAndGet();
	}

	private TestClient connect(Encoding encoding) {
		return TestClient.connect(this.base, encoding, "room", this.key);
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void answersActionsAndBringsEvents(Encoding encoding) {
		try (TestClient speaker = connect(encoding); TestClient listener = connect(encoding)) {
			listener.subscribe("said");
			listener.call(1, "count");
			assertThat(listener.next(ToClient.ActionResponse.class).output().intValue()).isEqualTo(2);
			for (int i = 0; i < 100; i++) {
				speaker.call(i, "say", "héllo " + i);
			}
			for (int i = 0; i < 100; i++) {
				assertThat(listener.next(ToClient.Event.class).args().get(0).stringValue()).isEqualTo("héllo " + i);
				ToClient.ActionResponse answer = speaker.next(ToClient.ActionResponse.class);
				assertThat(answer.id()).isEqualTo(i);
				assertThat(answer.output()).isNull();
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void bringsOneBroadcastToAllEncodings(Encoding encoding) {
		try (TestClient speaker = connect(encoding);
				TestClient json = connect(Encoding.JSON);
				TestClient cbor = connect(Encoding.CBOR);
				TestClient bare = connect(Encoding.BARE);
				TestClient stream = connect(Encoding.EVENT_STREAM)) {
			for (TestClient listener : new TestClient[] { json, cbor, bare, stream }) {
				listener.subscribe("said");
				listener.call(0, "count");
				listener.next(ToClient.ActionResponse.class);
			}
			speaker.call(0, "say", "to all");
			for (TestClient listener : new TestClient[] { json, cbor, bare, stream }) {
				assertThat(listener.next(ToClient.Event.class).args().get(0).stringValue()).isEqualTo("to all");
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void callsWhatDoesNotBlockOnTheEventLoop(Encoding encoding) {
		try (TestClient socket = connect(encoding)) {
			socket.call(1, "count");
			socket.next(ToClient.ActionResponse.class);
			// the turn before may not be over yet
			Awaitility.await().untilAsserted(() -> {
				socket.call(2, "threadWithoutBlocking");
				String thread = socket.next(ToClient.ActionResponse.class).output().stringValue();
				assertThat(thread).contains("-http-");
			});
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void tellsWhatIsWrongWithAnAction(Encoding encoding) {
		try (TestClient socket = connect(encoding)) {
			assertError(socket, 1, "actor.action_not_found", "nope");
			assertError(socket, 2, "actor.validation_error", "echo");
			assertError(socket, 3, "actor.validation_error", "echo", "a", "b");
			assertError(socket, 4, "rivetkit.internal_error", "fail");
			ToClient.Error error = assertError(socket, 5, "actor.validation_error", "small", "long", new int[0]);
			assertThat(error.metadata().toString()).contains("violations");
			socket.call(6, "echo", "still here");
			assertThat(socket.next(ToClient.ActionResponse.class).id()).isEqualTo(6);
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void namesThePathOfAViolatedConstraint(Encoding encoding) {
		try (TestClient socket = connect(encoding)) {
			ToClient.Error error = assertError(socket, 1, "actor.validation_error", "small", "long",
					java.util.Map.of("x", 11));
			assertThat(error.metadata().toString()).contains("\"path\":\"text\"", "\"path\":\"point.x\"");
		}
	}

	private ToClient.Error assertError(TestClient socket, long id, String code, String action, Object... args) {
		socket.call(id, action, args);
		ToClient.Error error = socket.next(ToClient.Error.class);
		assertThat(error.group() + "." + error.code()).isEqualTo(code);
		assertThat(error.actionId()).isEqualTo(id);
		assertThat(error.message()).doesNotContain("secret");
		assertThat(error.actor().key()).isEqualTo(this.key);
		return error;
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void closesWhatCannotBeRead(Encoding encoding) {
		TestClient socket = connect(encoding);
		socket.sendRaw(new byte[] { '{', '"', 1, 2 });
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "actor.invalid_request"));
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void closesAMessageThatIsTooLong(Encoding encoding) {
		try (TestClient fits = connect(encoding)) {
			fits.call(0, "echo", "x".repeat(65_000));
			assertThat(fits.next(ToClient.ActionResponse.class).output().stringValue()).hasSize(65_000);
		}
		TestClient socket = connect(encoding);
		socket.sendRaw(new byte[65_537]);
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "message.incoming_too_long"));
	}

	@Test
	void endsAFrameThatIsNotEvenRead() {
		TestClient socket = connect(Encoding.BARE);
		socket.sendRaw(new byte[300 * 1024]);
		assertThat(socket.closed().getCode()).isEqualTo(1009);
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void failsAnAnswerThatIsTooLong(Encoding encoding) {
		try (TestClient socket = connect(encoding)) {
			socket.call(1, "make", 2_000_000);
			ToClient.Error error = socket.next(ToClient.Error.class);
			assertThat(error.code()).isEqualTo("outgoing_too_long");
			assertThat(error.actionId()).isEqualTo(1);
		}
	}

	/** No client receives the event, and no connection is closed. */
	@ParameterizedTest
	@EnumSource(Encoding.class)
	void failsAnEventThatIsTooLongAtItsSender(Encoding encoding) {
		try (TestClient speaker = connect(Encoding.JSON); TestClient listener = connect(encoding)) {
			listener.subscribe("flood");
			listener.call(0, "count");
			listener.next(ToClient.ActionResponse.class);
			speaker.call(7, "flood", 1, 2_000_000);
			ToClient.Error error = speaker.next(ToClient.Error.class);
			assertThat(error.actionId()).isEqualTo(7);
			assertThat(error.code()).isEqualTo("outgoing_too_long");
			assertThat(error.message()).contains("`flood`", ".max-outgoing-message-size=1048576");
			speaker.call(8, "flood", 1, 10);
			assertThat(listener.next(ToClient.Event.class).name()).isEqualTo("flood");
		}
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void cutsAReasonThatIsTooLong(Encoding encoding) {
		TestClient socket = connect(encoding);
		socket.call(0, "close", "é".repeat(100));
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1000, "é".repeat(61)));
	}

	@Test
	void refusesWithAnErrorAndAReason() {
		TestSocket socket = TestSocket.open(this.base + TestSocket.query("room", this.key), Encoding.JSON,
				new HttpHeaders(), "rivet_conn_params.%22refused%22");
		ToClient.Error error = socket.next(ToClient.Error.class);
		assertThat(error.code()).isEqualTo("not_you");
		assertThat(error.actionId()).isNull();
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "user.not_you"));
	}

	@Test
	void refusesParamsThatCannotBeRead() {
		TestSocket socket = TestSocket.open(this.base + TestSocket.query("room", this.key), Encoding.JSON,
				new HttpHeaders(), "rivet_conn_params.%7Bbroken");
		assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("invalid");
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "request.invalid"));
	}

	@Test
	void refusesAnOverlongKey() {
		TestSocket socket = TestSocket.open(this.base + TestSocket.query("room", "k".repeat(1025)), Encoding.JSON,
				new HttpHeaders());
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "actor.key_too_large"));
	}

	@Test
	void refusesAForeignPage() {
		HttpHeaders foreign = new HttpHeaders();
		foreign.setOrigin("https://evil.example");
		assertThatThrownBy(
				() -> TestSocket.open(this.base + TestSocket.query("room", this.key), Encoding.JSON, foreign))
			.hasMessageContaining("403");
		HttpHeaders friend = new HttpHeaders();
		friend.setOrigin("https://friend.example");
		TestSocket.open(this.base + TestSocket.query("room", this.key), Encoding.JSON, friend).close();
		HttpHeaders same = new HttpHeaders();
		same.setOrigin("http://localhost:" + this.port);
		TestSocket.open(this.base + TestSocket.query("room", this.key), Encoding.JSON, same).close();
	}

	/** If a client does not read its socket, only its own connection is closed. */
	@Test
	void closesAClientThatNeverReads() throws IOException {
		try (TestClient speaker = connect(Encoding.JSON);
				TestClient healthy = connect(Encoding.JSON);
				Socket deaf = handshake()) {
			write(deaf, frame(
					"{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"flood\",\"subscribe\":true}}}"));
			healthy.subscribe("flood");
			Awaitility.await().until(() -> count(speaker) == 3);
			for (int round = 0; round < 100; round++) {
				speaker.call(round, "flood", 4, 50_000);
				assertThat(speaker.next(ToClient.ActionResponse.class).id()).isEqualTo(round);
				for (int i = 0; i < 4; i++) {
					assertThat(healthy.next(ToClient.Event.class).args().get(0).intValue()).isEqualTo(i);
				}
			}
			Awaitility.await().until(() -> count(speaker) == 2);
		}
	}

	/** Its cable has been pulled: no answer to a ping, no end of the stream. */
	@Test
	void closesAClientThatDoesNotAnswerPings() throws IOException {
		try (TestClient other = connect(Encoding.JSON); Socket halfOpen = handshake()) {
			Awaitility.await().until(() -> count(other) == 2);
			Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> count(other) == 1);
			String received = new String(halfOpen.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
			assertThat(received).contains("connection.timed_out");
		}
	}

	/** A client that sends nothing but answers pings stays connected. */
	@Test
	void keepsAClientThatSaysNothing() {
		try (TestClient silent = connect(Encoding.JSON)) {
			Awaitility.await().during(Duration.ofSeconds(4)).atMost(Duration.ofSeconds(6)).until(silent::isSilent);
			silent.call(0, "echo", "I am here");
			assertThat(silent.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("I am here");
		}
	}

	@Test
	void noticesASocketThatBreaks() throws IOException {
		try (TestClient other = connect(Encoding.JSON)) {
			Socket broken = handshake();
			Awaitility.await().until(() -> count(other) == 2);
			broken.setSoLinger(true, 0);
			broken.close();
			Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> count(other) == 1);
		}
		Awaitility.await().until(() -> this.connections.size() == 0);
	}

	private int count(TestClient socket) {
		socket.call(77, "count");
		return socket.next(ToClient.ActionResponse.class).output().intValue();
	}

	/**
	 * A bare TCP connection that has been through the handshake and read nothing since.
	 */
	private Socket handshake() throws IOException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(8 * 1024);
		socket.connect(new java.net.InetSocketAddress("localhost", this.port));
		write(socket,
				("GET /rivet%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
						+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
						+ "Sec-WebSocket-Protocol: rivet, rivet_encoding.json\r\n\r\n")
					.formatted(TestSocket.query("room", this.key))
					.getBytes(StandardCharsets.US_ASCII));
		InputStream in = socket.getInputStream();
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) in.read());
		}
		assertThat(head).startsWith("HTTP/1.1 101").containsIgnoringCase("sec-websocket-protocol: rivet\r\n");
		return socket;
	}

	private static byte[] frame(String text) {
		byte[] payload = text.getBytes(StandardCharsets.UTF_8);
		byte[] frame = new byte[payload.length + 6];
		frame[0] = (byte) 0x81;
		frame[1] = (byte) (0x80 | payload.length);
		System.arraycopy(payload, 0, frame, 6, payload.length); // the mask is zero
		return frame;
	}

	private static void write(Socket socket, byte[] bytes) throws IOException {
		OutputStream out = socket.getOutputStream();
		out.write(bytes);
		out.flush();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

	}

}
