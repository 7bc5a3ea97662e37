/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.event.ConnectionClosedEvent;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of a connection ends its TCP connection, even if the client does not read what
 * it was sent, or has disconnected by a separate request. See
 * {@link ConnectionOfStreamTests} for clients that have read everything.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.keep-alive=1s", "rivet.events.sse.keep-alive=1s",
				"rivet.events.websocket.max-queued-size=32MB", "rivet.events.sse.max-queued-size=32MB",
				"rivet.events.limits.write-timeout=1s", "rivet.events.limits.idle-timeout=2s",
				"rivet.events.limits.header-timeout=2s", "server.http2.enabled=true" })
class EndedConnectionTests {

	private static final ChannelGroup CHANNELS = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

	/** Why connections were closed: not for a keep-alive that was not answered. */
	private static final List<String> REASONS = new CopyOnWriteArrayList<>();

	/** More than the deadlines above come to together. */
	private static final Duration PATIENCE = Duration.ofSeconds(8);

	private static int keys;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private OutboundRegistry connections;

	private final String key = "ended" + keys++;

	private String base;

	private ServerWatch watch;

	/** How the client is connected that falls silent. */
	enum Transport {

		STREAM_GET, STREAM_POST, STREAM_HTTP_1_0, SOCKET

	}

	/** Why the server ends the connection. */
	enum Reason {

		/** A newer connection has resumed it. */
		REPLACED,

		/** The application has disconnected it. */
		DISCONNECTED,

		/** The client has left by a request of its own, as event streams do. */
		LEFT

	}

	@BeforeEach
	void begin() {
		this.base = "http://localhost:%d/rivet".formatted(this.port);
		this.watch = new ServerWatch();
		REASONS.clear();
	}

	@AfterEach
	void nothingIsLeft() {
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(this.connections.size()).as("connections").isZero();
			assertThat(this.limits.connections()).as("counted connections").isZero();
			assertThat(this.limits.queued().used()).as("bytes that wait").isZero();
			assertThat(this.limits.sending().used()).as("bytes that were not taken").isZero();
			assertThat(this.limits.receiving().used()).as("bytes that have arrived").isZero();
		});
		assertThat(REASONS).isNotEmpty().noneMatch((reason) -> reason.contains("timed_out"));
		this.watch.close();
		assertThat(this.watch.logged()).isEmpty();
		CHANNELS.close().awaitUninterruptibly();
	}

	static Stream<Arguments> cases() {
		return Stream.of(Transport.values())
			.flatMap((transport) -> Stream.of(Reason.values())
				.filter((reason) -> reason != Reason.LEFT || transport != Transport.SOCKET)
				.flatMap((reason) -> Stream.of(true, false)
					.filter((reads) -> (reads) ? reason == Reason.LEFT
							: transport == Transport.STREAM_POST || transport == Transport.SOCKET)
					.map((reads) -> Arguments.of(transport, reason, reads))));
	}

	@ParameterizedTest
	@MethodSource("cases")
	void takesItsTcpConnectionAlong(Transport transport, Reason reason, boolean reads) throws IOException {
		try (RawSocket silent = new RawSocket(this.port)) {
			Received init = open(silent, transport);
			Channel channel = tcp();
			try (TestClient other = TestClient.connect(this.base, Encoding.JSON, "room", this.key)) {
				if (!reads) {
					other.call(1, "flood", 20, 900_000);
					other.next(ToClient.ActionResponse.class);
				}
				end(reason, init, other);
				if (reads) {
					silent.readAll();
				}
				Awaitility.await().atMost(PATIENCE).until(() -> !channel.isOpen());
			}
		}
	}

	/** Returns the only connection below, not a stream in it. */
	private static Channel tcp() {
		List<Channel> found = CHANNELS.stream().filter((channel) -> channel.parent() instanceof ServerChannel).toList();
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	/** Opens a connection that subscribes to what is sent in floods. */
	private Received open(RawSocket socket, Transport transport) throws IOException {
		String hello = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[{\"eventName\":\"flood\"}]}}}";
		String path = "/rivet" + TestClient.query("room", this.key, "sse");
		switch (transport) {
			case STREAM_GET ->
				socket.write("GET %s&event=flood HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
					.formatted(path));
			case STREAM_HTTP_1_0 -> socket.write(
					"GET %s&event=flood HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n".formatted(path));
			case STREAM_POST ->
				socket.write(("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
						+ "Content-Length: %d\r\n\r\n%s")
					.formatted(path, hello.length(), hello));
			case SOCKET -> {
				socket.write(RawSocket.handshake(this.key).replace("encoding.json", "encoding.json, rivet_ext.1"));
				assertThat(socket.readHead()).startsWith("HTTP/1.1 101");
				socket.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, hello));
				byte[] message = socket.readFrame(RawSocket.TEXT).payload();
				return new Received("Init", WireValues.decodeJson(message).get("body").get("val"));
			}
		}
		assertThat(socket.readHead()).contains(" 200 ");
		socket.readUntil("event: rivet:init\n");
		String item = socket.readUntil("\n\n");
		String data = item.substring(item.indexOf("data: ") + 6).strip();
		return new Received("Init", WireValues.decodeJson(data.getBytes(StandardCharsets.UTF_8)));
	}

	private void end(Reason reason, Received init, TestClient other) throws IOException {
		switch (reason) {
			case REPLACED -> {
				ToServer.Hello hello = new ToServer.Hello(List.of(), TestClient.resume(init, init.position()), null,
						null, null, null);
				try (TestClient again = TestClient.connect(this.base, Encoding.EXTENDED_JSON, "room", this.key,
						hello)) {
					again.next("Init");
				}
			}
			case DISCONNECTED -> {
				other.call(2, "closeOthers", "the end");
				other.next(ToClient.ActionResponse.class);
			}
			case LEFT -> {
				try (RawSocket request = new RawSocket(this.port)) {
					request
						.write("DELETE /rivet/connections/%s HTTP/1.1\r\nHost: localhost\r\nx-rivet-secret: %s\r\n\r\n"
							.formatted(init.text("connectionId"), init.text("secret")));
					assertThat(request.readHead()).contains(" 204 ");
				}
			}
		}
	}

	/**
	 * A stream of HTTP/2 has no TCP connection of its own. The shared connection is
	 * closed when it is idle.
	 */
	@Test
	void takesAnIdleConnectionOfHttp2Along() {
		ConnectionProvider pool = ConnectionProvider.create("test");
		Sinks.One<String> first = Sinks.one();
		Disposable stream = HttpClient.create(pool)
			.protocol(HttpProtocol.H2C)
			.get()
			.uri(this.base + TestClient.query("room", this.key, "sse"))
			.responseContent()
			.asString()
			.subscribe(first::tryEmitValue, first::tryEmitError);
		try {
			assertThat(first.asMono().block(PATIENCE)).isNotNull();
			Awaitility.await().until(() -> this.connections.size() == 1);
			Channel channel = tcp();
			try (TestClient other = TestClient.connect(this.base, Encoding.JSON, "room", this.key)) {
				other.call(2, "closeOthers", "the end");
				Awaitility.await().atMost(PATIENCE).until(stream::isDisposed);
				Awaitility.await().atMost(PATIENCE).until(() -> !channel.isOpen());
			}
		}
		finally {
			pool.dispose();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		@EventListener
		void closed(ConnectionClosedEvent event) {
			REASONS.add(String.valueOf(event.reason()));
		}

		@Bean
		NettyServerCustomizer channels() {
			return (server) -> server.doOnChannelInit((observer, channel, remote) -> CHANNELS.add(channel));
		}

	}

}
