/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import jakarta.validation.constraints.Max;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.Volatile;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestSocket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Application events that are published for connections over real sockets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.max-queued-size=1MB", "rivet.events.actor.sleep-timeout=300ms" })
class ApplicationEventsIntegrationTests {

	@LocalServerPort
	private int port;

	@Autowired
	private Listener listener;

	@Autowired
	private Actors actors;

	private String base;

	@BeforeEach
	void forget() {
		this.listener.events.clear();
		this.base = "http://localhost:%d/rivet".formatted(this.port);
	}

	@Test
	void tellsTheLifeOfAnInstance() {
		this.actors.getOrCreate("field", "life").call("touch", Void.class).block();
		Awaitility.await()
			.until(() -> has(ActorSleptEvent.class, (event) -> isAt("life", event.actor().address().key())));
		this.actors.getOrCreate("field", "life").call("touch", Void.class).block();
		this.actors.get("field", "life").destroy().block();
		assertThat(events(ActorCreatedEvent.class)).hasSize(1);
		assertThat(events(ActorWokenEvent.class)).hasSize(1);
		Awaitility.await().until(() -> !events(ActorDestroyedEvent.class).isEmpty());
		assertThat(events(ActorDestroyedEvent.class).get(0).actor().generation()).isEqualTo(2);
	}

	@Test
	void tellsTheLifeOfAConnection() {
		try (TestSocket socket = connect("open")) {
			assertThat(events(ConnectionOpenedEvent.class)).hasSize(1);
			socket.call(1, "kick");
			socket.closed();
		}
		Awaitility.await().until(() -> !events(ConnectionClosedEvent.class).isEmpty());
		ConnectionClosedEvent closed = events(ConnectionClosedEvent.class).get(0);
		assertThat(closed.reason()).isEqualTo(CloseReason.disconnected("kicked"));
		assertThat(closed.connection().actorName()).isEqualTo("field");
		assertThat(closed.connection()).isSameAs(events(ConnectionOpenedEvent.class).get(0).connection());
	}

	@Test
	void tellsThatAClientHasLeft() {
		connect("left").close();
		Awaitility.await().until(() -> !events(ConnectionClosedEvent.class).isEmpty());
		assertThat(events(ConnectionClosedEvent.class).get(0).reason()).isNull();
	}

	@Test
	void tellsNothingOfTheConnectionOfASingleCall() throws IOException, InterruptedException {
		URI uri = URI.create(this.base + TestSocket.query("field", "call").replace("/connect", "/action/touch"));
		HttpRequest request = HttpRequest.newBuilder(uri)
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build();
		HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		Awaitility.await()
			.until(() -> has(ActorSleptEvent.class, (event) -> isAt("call", event.actor().address().key())));
		assertThat(events(ConnectionOpenedEvent.class)).isEmpty();
		assertThat(events(ConnectionClosedEvent.class)).isEmpty();
	}

	@Test
	void tellsOfArgumentsThatDoNotFit() {
		try (TestSocket socket = connect("bad")) {
			socket.call(1, "move", 1, "far");
			socket.call(2, "move", 1, 11);
			socket.call(3, "move", 1);
			socket.call(4, "move", 1, 2, 3);
			for (int i = 0; i < 4; i++) {
				assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("validation_error");
			}
			Awaitility.await().until(() -> events(BadRequestEvent.class).size() == 4);
			assertThat(events(BadRequestEvent.class)).extracting((event) -> event.index() + " " + event.value())
				.containsExactly("1 \"far\"", "1 11", "1 null", "2 3");
			BadRequestEvent first = events(BadRequestEvent.class).get(0);
			assertThat(first.action()).isEqualTo("move");
			assertThat(first.actor().key().serialize()).isEqualTo("bad");
			assertThat(first.connection()).isNotNull();
			assertThat(first.message()).contains("y must be a whole number");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "move", "glide" })
	void tellsTheEventsOfEachConnectionInTheirOrder(String action) {
		List<String> keys = List.of("one", "one", "two", "two");
		List<TestSocket> sockets = keys.stream().map((key) -> connect(action + key)).toList();
		for (int i = 0; i < 200; i++) {
			for (TestSocket socket : sockets) {
				socket.call(i, action, 1, "far-" + i);
			}
		}
		for (TestSocket socket : sockets) {
			IntStream.range(0, 200).forEach((i) -> socket.next(ToClient.Error.class));
			socket.close();
		}
		Awaitility.await().until(() -> events(ConnectionClosedEvent.class).size() == 4);
		List<String> wanted = new ArrayList<>(List.of("opened"));
		IntStream.range(0, 200).forEach((i) -> wanted.add("far-" + i));
		wanted.add("closed");
		for (ConnectionOpenedEvent opened : events(ConnectionOpenedEvent.class)) {
			assertThat(told(opened.connection())).containsExactlyElementsOf(wanted);
		}
	}

	private List<String> told(Connection<?> connection) {
		List<String> told = new ArrayList<>();
		for (Object event : this.listener.events) {
			if (event instanceof ConnectionOpenedEvent opened && opened.connection() == connection) {
				told.add("opened");
			}
			else if (event instanceof BadRequestEvent bad && bad.connection() == connection) {
				told.add(bad.value().asString());
			}
			else if (event instanceof ConnectionClosedEvent closed && closed.connection() == connection) {
				told.add("closed");
			}
		}
		return told;
	}

	/**
	 * One that never reads: droppable events are dropped, then the first other one ends
	 * it.
	 */
	@Test
	void tellsOfAClientThatReadsNothing() throws IOException {
		try (TestSocket speaker = connect("slow"); Socket deaf = handshake("slow")) {
			Awaitility.await().until(() -> events(ConnectionOpenedEvent.class).size() == 2);
			Connection<?> slow = events(ConnectionOpenedEvent.class).get(1).connection();
			for (int round = 0; round < 200; round++) {
				speaker.call(round, "flood", true);
				speaker.next(ToClient.ActionResponse.class);
				if (has(EventDroppedEvent.class, (event) -> true)) {
					break;
				}
			}
			Awaitility.await().until(() -> !events(EventDroppedEvent.class).isEmpty());
			assertThat(events(EventDroppedEvent.class).get(0))
				.isEqualTo(new EventDroppedEvent(slow, "moved", events(EventDroppedEvent.class).get(0).dropped()));
			assertThat(events(SlowConsumerEvent.class)).isEmpty();
			assertThat(events(ConnectionClosedEvent.class)).isEmpty();
			for (int round = 0; round < 200 && events(SlowConsumerEvent.class).isEmpty(); round++) {
				speaker.call(round, "flood", false);
				speaker.next(ToClient.ActionResponse.class);
			}
			Awaitility.await().until(() -> !events(ConnectionClosedEvent.class).isEmpty());
			assertThat(events(SlowConsumerEvent.class)).containsExactly(new SlowConsumerEvent(slow));
			assertThat(events(ConnectionClosedEvent.class))
				.containsExactly(new ConnectionClosedEvent(slow, CloseReason.of(ErrorCode.SLOW_CONSUMER)));
		}
	}

	@Test
	void doesNotMindAListenerThatFails() {
		try (TestSocket socket = connect("explode")) {
			socket.call(1, "touch");
			assertThat(socket.next(ToClient.ActionResponse.class).id()).isEqualTo(1);
		}
	}

	private TestSocket connect(String key) {
		return TestSocket.connect(this.base, Encoding.JSON, "field", key);
	}

	private Socket handshake(String key) throws IOException {
		Socket socket = new Socket("localhost", this.port);
		socket.setReceiveBufferSize(4096);
		OutputStream out = socket.getOutputStream();
		out.write("""
				GET /rivet%s HTTP/1.1\r
				Host: localhost:%d\r
				Upgrade: websocket\r
				Connection: Upgrade\r
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
				Sec-WebSocket-Version: 13\r
				Sec-WebSocket-Protocol: rivet, rivet_encoding.json\r
				\r
				""".formatted(TestSocket.query("field", key), this.port).getBytes(StandardCharsets.US_ASCII));
		out.flush();
		return socket;
	}

	private <T> List<T> events(Class<T> type) {
		return this.listener.events.stream().filter(type::isInstance).map(type::cast).toList();
	}

	private <T> boolean has(Class<T> type, Predicate<T> which) {
		return events(type).stream().anyMatch(which);
	}

	private static boolean isAt(String key, io.rivetevents.protocol.ActorKey found) {
		return found.serialize().equals(key);
	}

	interface FieldEvents {

		@Volatile
		void moved(String data);

		void said(String data);

	}

	@Actor(name = "field", events = FieldEvents.class)
	static class Field {

		@Action
		void touch() {
		}

		@Action
		void move(int x, @Max(10) int y) {
		}

		@Action(blocking = false)
		void glide(int x, int y) {
		}

		@Action
		void kick(Connection<?> caller) {
			caller.disconnect("kicked");
		}

		@Action
		void flood(ActorContext<?, ?> c, boolean droppable) {
			String data = "x".repeat(100_000);
			for (int i = 0; i < 5; i++) {
				if (droppable) {
					c.except(c.conn()).send("moved", data);
				}
				else {
					c.except(c.conn()).send("said", data);
				}
			}
		}

	}

	static class Listener {

		private final List<Object> events = new CopyOnWriteArrayList<>();

		@EventListener({ ActorCreatedEvent.class, ActorWokenEvent.class, ActorSleptEvent.class,
				ActorDestroyedEvent.class, ConnectionOpenedEvent.class, ConnectionClosedEvent.class,
				BadRequestEvent.class, SlowConsumerEvent.class, EventDroppedEvent.class })
		void on(Object event) {
			this.events.add(event);
		}

		@EventListener
		void explode(ConnectionOpenedEvent event) {
			if (event.connection().actorKey().serialize().equals("explode")) {
				throw new IllegalStateException("a listener that is broken");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Field.class, Listener.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll()).build();
		}

	}

}
