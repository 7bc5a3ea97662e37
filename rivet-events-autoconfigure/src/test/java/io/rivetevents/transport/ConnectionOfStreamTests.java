/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
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

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the server ends a stream or a socket, the underlying connection also ends,
 * although the client sends nothing and does not close it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=0ms", "rivet.events.websocket.keep-alive=1m",
				"rivet.events.sse.keep-alive=1s", "rivet.events.sse.max-queued-size=1MB",
				"rivet.events.websocket.max-queued-size=1MB" })
class ConnectionOfStreamTests {

	/** Less than any idle deadline. */
	private static final Duration SOON = Duration.ofSeconds(8);

	private static final ChannelGroup CHANNELS = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

	private static int keys;

	private final String key = "stream" + keys++;

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@Autowired
	private OutboundRegistry registry;

	@Autowired
	private Limits limits;

	/** How a client has come. */
	enum Transport {

		STREAM, OLD_STREAM, SOCKET, EXTENDED_SOCKET;

		private static final String HELLO = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[{\"eventName\":\"flood\"}]%s}}}";

		boolean resumes() {
			return this != SOCKET;
		}

		/** Opens the connection and returns the first message of the server. */
		String open(RawSocket client, String key, String resume) throws IOException {
			String hello = HELLO.formatted(resume);
			if (this == STREAM || this == OLD_STREAM) {
				client.write(
						"POST /rivet%s HTTP/1.%d\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
							.formatted(TestClient.query("kicked", key, "sse"), (this == STREAM) ? 1 : 0, hello.length(),
									hello));
				return client.readUntil("rivet:init") + client.readUntil("}");
			}
			String handshake = RawSocket.handshake(key).replace("/room/", "/kicked/");
			client.write((this == SOCKET) ? handshake
					: handshake.replace("rivet_encoding.json", "rivet_encoding.json, rivet_ext.1"));
			client.readHead();
			client.write(RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, (this == SOCKET)
					? "{\"body\":{\"tag\":\"SubscriptionRequest\",\"val\":{\"eventName\":\"flood\",\"subscribe\":true}}}"
					: hello));
			return new String(client.readFrame(RawSocket.TEXT).payload(), StandardCharsets.UTF_8);
		}

	}

	/** Why the server ends it. */
	enum Ending {

		REPLACED {

			@Override
			void end(ConnectionOfStreamTests test, Transport transport, String init) throws IOException {
				try (RawSocket next = new RawSocket(test.port)) {
					transport.open(next, test.key,
							",\"resume\":{\"epoch\":\"%s\",\"position\":0,\"stream\":\"%s\",\"secret\":\"%s\"}"
								.formatted(find("epoch", init), find("stream", init), find("secret", init)));
					Awaitility.await().atMost(SOON).until(() -> test.registry.size() == 1);
					Awaitility.await().atMost(SOON).until(() -> CHANNELS.size() == 1);
				}
			}

		},

		DISCONNECTED {

			@Override
			void end(ConnectionOfStreamTests test, Transport transport, String init) {
				test.actors.get("kicked", test.key).call("kick", Void.class).block(SOON);
			}

		},

		DESTROYED {

			@Override
			void end(ConnectionOfStreamTests test, Transport transport, String init) {
				test.actors.get("kicked", test.key).destroy().block(SOON);
			}

		},

		SLOW {

			@Override
			void end(ConnectionOfStreamTests test, Transport transport, String init) {
				for (int i = 0; i < 200; i++) {
					test.actors.get("kicked", test.key).broadcast("flood", "x".repeat(100_000));
				}
			}

		};

		abstract void end(ConnectionOfStreamTests test, Transport transport, String init) throws IOException;

		private static String find(String name, String init) {
			int start = init.indexOf("\"%s\":\"".formatted(name)) + name.length() + 4;
			return init.substring(start, init.indexOf('"', start));
		}

	}

	static Stream<Arguments> endings() {
		return Stream.of(Transport.values())
			.flatMap((transport) -> Stream.of(Ending.values())
				.filter((ending) -> ending != Ending.REPLACED || transport.resumes())
				.map((ending) -> Arguments.of(transport, ending)));
	}

	@BeforeEach
	void nothingIsOpen() {
		Awaitility.await().atMost(SOON).until(CHANNELS::isEmpty);
	}

	@ParameterizedTest
	@MethodSource("endings")
	void endsWithIt(Transport transport, Ending ending) throws IOException {
		try (RawSocket silent = new RawSocket(this.port)) {
			String init = transport.open(silent, this.key, "");
			Awaitility.await().atMost(SOON).until(() -> this.registry.size() == 1);
			ending.end(this, transport, init);
			Awaitility.await().atMost(SOON).untilAsserted(() -> {
				assertThat(CHANNELS.size()).as("channels").isZero();
				assertThat(this.registry.size()).as("connections").isZero();
				assertThat(this.limits.connections()).as("counted connections").isZero();
			});
		}
	}

	@Actor("kicked")
	static class Kicked {

		@Action
		void kick(ActorContext<?, ?> c) {
			c.conns().forEach((connection) -> connection.disconnect("bye"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Kicked.class })
	static class Application {

		@Bean
		NettyServerCustomizer channels() {
			return (server) -> server.doOnChannelInit((observer, channel, remote) -> CHANNELS.add(channel));
		}

	}

}
