/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that are cut at any moment while they open are cleaned up completely, and
 * each {@code @OnConnect} is followed by exactly one {@code @OnDisconnect}.
 * <p>
 * {@code -Drivet.cuts} sets the number of connections for each transport,
 * {@code -Drivet.cuts.seed} the seed.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=0ms", "rivet.events.limits.address.connections=5000" })
class CutConnectionTests {

	private static final int CUTS = Integer.getInteger("rivet.cuts", 300);

	private static final long SEED = Long.getLong("rivet.cuts.seed", 20261127);

	private static final int WORKERS = 8;

	/** A stream is open by then, even where others work. */
	private static final long MAX_DELAY = TimeUnit.MILLISECONDS.toNanos(15);

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final int PATIENCE_MILLIS = 10_000;

	private static final String HELLO = "{\"body\":{\"tag\":\"Hello\",\"val\":{\"subscriptions\":[]}}}";

	/** By the key of the instances, which is of one run. */
	private static final Map<String, Visits> VISITS = new ConcurrentHashMap<>();

	private static final ChannelGroup CHANNELS = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private OutboundRegistry connections;

	/** Calls of another run may end during this one. */
	private final String run = UUID.randomUUID().toString();

	private ServerWatch watch;

	private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

	/** What a client sends before its connection is cut. */
	enum Opening {

		STREAM_GET {

			@Override
			byte[] request(String key) {
				return ascii("GET /rivet%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
					.formatted(TestClient.query("hooked", key, "sse")));
			}

		},

		STREAM_POST {

			@Override
			byte[] request(String key) {
				return ascii(
						"POST /rivet%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
							.formatted(TestClient.query("hooked", key, "sse"), HELLO.length(), HELLO));
			}

		},

		STREAM_OLD {

			@Override
			byte[] request(String key) {
				return ascii("GET /rivet%s HTTP/1.0\r\nHost: localhost\r\n\r\n"
					.formatted(TestClient.query("hooked", key, "sse")));
			}

		},

		SOCKET {

			@Override
			byte[] request(String key) {
				return ascii(RawSocket.handshake(key).replace("/room/", "/hooked/"));
			}

		},

		SOCKET_EXTENDED {

			@Override
			byte[] request(String key) {
				return ascii(RawSocket.handshake(key)
					.replace("/room/", "/hooked/")
					.replace("rivet_encoding.json", "rivet_encoding.json, rivet_ext.1"));
			}

			@Override
			byte[] second() {
				return RawSocket.frame(RawSocket.FINAL | RawSocket.TEXT, HELLO);
			}

		},

		CALL {

			@Override
			byte[] request(String key) {
				return ascii(
						"POST /rivet%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"args\":[1]}"
							.formatted(TestClient.query("hooked", key, "action/wait")));
			}

		};

		abstract byte[] request(String key);

		/** What the client sends after the answer to its request. */
		byte[] second() {
			return new byte[0];
		}

		private static byte[] ascii(String text) {
			return text.getBytes(StandardCharsets.US_ASCII);
		}

	}

	/**
	 * How often the hooks of an instance were called, by the ids of connections.
	 */
	record Visits(Map<String, AtomicInteger> connects, Map<String, AtomicInteger> disconnects) {

		Visits() {
			this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
		}

		static Visits of(ActorContext<?, ?> c) {
			return VISITS.computeIfAbsent(c.key().serialize(), (key) -> new Visits());
		}

		void connected(String id) {
			this.connects.computeIfAbsent(id, (none) -> new AtomicInteger()).incrementAndGet();
		}

		void disconnected(String id) {
			this.disconnects.computeIfAbsent(id, (none) -> new AtomicInteger()).incrementAndGet();
		}

		void assertPaired() {
			assertThat(difference(this.connects, this.disconnects)).as("never left").isEmpty();
			assertThat(difference(this.disconnects, this.connects)).as("never came").isEmpty();
			assertThat(this.connects.values()).as("connects of each").allMatch((count) -> count.get() == 1);
			assertThat(this.disconnects.values()).as("disconnects of each").allMatch((count) -> count.get() == 1);
		}

		private static Set<String> difference(Map<String, ?> all, Map<String, ?> others) {
			Set<String> left = new TreeSet<>(all.keySet());
			left.removeAll(others.keySet());
			return left;
		}

	}

	@BeforeEach
	void begin() {
		this.watch = new ServerWatch();
	}

	@AfterEach
	void end() {
		this.watch.close();
	}

	@ParameterizedTest
	@EnumSource
	void leavesNothing(Opening opening) throws InterruptedException {
		AtomicInteger cuts = new AtomicInteger();
		List<Thread> workers = new ArrayList<>();
		for (int i = 0; i < WORKERS; i++) {
			Thread worker = new Thread(() -> work(opening, cuts), "cuts-" + i);
			worker.start();
			workers.add(worker);
		}
		for (Thread worker : workers) {
			worker.join();
		}
		assertThat(this.failure.get()).isNull();
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(CHANNELS.size()).as("channels").isZero();
			assertThat(this.limits.connections()).as("counted connections").isZero();
			assertThat(this.limits.queued().used()).as("bytes that wait").isZero();
			assertThat(this.limits.sending().used()).as("bytes that were not taken").isZero();
			assertThat(this.limits.receiving().used()).as("bytes that have arrived").isZero();
			assertThat(this.limits.requests().used()).as("connections and requests in memory").isZero();
			assertThat(this.connections.size()).as("registered connections").isZero();
			assertThat((Map<?, ?>) ReflectionTestUtils.getField(this.connections.inbound(), "entries")).as("streams")
				.isEmpty();
			visits().forEach(Visits::assertPaired);
		});
		int connects = visits().stream().mapToInt((visits) -> visits.connects().size()).sum();
		// or the cuts came too soon, and have shown nothing
		assertThat(connects).isBetween((opening != Opening.CALL) ? CUTS / 20 : 0, CUTS);
		assertThat(this.watch.logged()).isEmpty();
	}

	private List<Visits> visits() {
		return VISITS.entrySet()
			.stream()
			.filter((each) -> each.getKey().startsWith(this.run))
			.map(Map.Entry::getValue)
			.toList();
	}

	private void work(Opening opening, AtomicInteger cuts) {
		try {
			for (int cut = cuts.getAndIncrement(); cut < CUTS; cut = cuts.getAndIncrement()) {
				cut(opening, cut, new SplittableRandom(SEED * 1_000_003 + cut));
			}
		}
		catch (Throwable ex) {
			this.failure.compareAndSet(null, ex);
		}
	}

	/** Writes a request or a part of it, and disconnects some time later. */
	private void cut(Opening opening, int number, SplittableRandom random) throws IOException {
		// every other client finds an instance, or creates it
		byte[] request = opening.request(this.run + (random.nextBoolean() ? random.nextInt(4) : "new" + number));
		boolean whole = random.nextInt(10) > 0;
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(PATIENCE_MILLIS);
			socket.getOutputStream().write(request, 0, whole ? request.length : random.nextInt(request.length));
			if (whole && opening != Opening.CALL && random.nextBoolean()) {
				readHead(socket.getInputStream());
				socket.getOutputStream().write(opening.second());
			}
			long delay = random.nextLong(MAX_DELAY);
			if (random.nextInt(4) == 0) {
				socket.shutdownOutput(); // ends the output, and keeps the input open
			}
			LockSupport.parkNanos(delay);
			if (random.nextBoolean()) {
				socket.setSoLinger(true, 0); // a reset
			}
		}
	}

	private static void readHead(InputStream in) throws IOException {
		int ends = 0;
		int next = 0;
		while (ends < 2 && next >= 0) {
			next = in.read();
			ends = (next == '\n') ? ends + 1 : (next == '\r') ? ends : 0;
		}
	}

	@Actor("hooked")
	static class Hooked {

		/** Takes up to some milliseconds, so that cuts come before, in and after it. */
		@OnBeforeConnect
		Mono<Void> check() {
			long micros = ThreadLocalRandom.current().nextLong(4000);
			return (micros < 1000) ? Mono.empty() : Mono.delay(Duration.ofNanos(micros * 1000)).then();
		}

		@OnConnect
		void connect(ActorContext<?, ?> c) {
			Visits.of(c).connected(c.conn().id());
		}

		@OnDisconnect
		void disconnect(ActorContext<?, ?> c) {
			Visits.of(c).disconnected(c.conn().id());
		}

		@Action
		Mono<Void> wait(int millis) {
			return Mono.delay(Duration.ofMillis(millis)).then();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Hooked.class })
	static class Application {

		@Bean
		NettyServerCustomizer channels() {
			return (server) -> server.doOnChannelInit((observer, channel, remote) -> CHANNELS.add(channel));
		}

		/** As a web session does that is looked for elsewhere. */
		@Bean
		WebFilter awayFromTheEventLoop() {
			return (exchange, chain) -> (exchange.getRequest().getId().hashCode() % 2 == 0) ? chain.filter(exchange)
					: Mono.delay(Duration.ofNanos(200_000), Schedulers.parallel()).then(chain.filter(exchange));
		}

	}

}
