/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.Users;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A transport in memory, written against the boundary alone: no web server, no type of a
 * web stack.
 */
class BoundaryTests {

	private static final Duration LONG = Duration.ofSeconds(10);

	private static final ActorAddress ROOM = new ActorAddress(ActorAddress.DEFAULT_NAMESPACE, "room",
			ActorKey.parse("a"));

	private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

	private AnnotationConfigApplicationContext context;

	@BeforeEach
	void start() {
		this.context = new AnnotationConfigApplicationContext();
		this.context.register(Application.class);
		this.context.refresh();
	}

	@AfterEach
	void stop() {
		this.context.close();
		this.thread.shutdownNow();
	}

	@Import({ JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class, Room.class })
	static class Application {

	}

	@Actor("room")
	static class Room {

		@Action
		String whoAmI(@Nullable Principal caller) {
			return (caller != null) ? "you are " + caller.getName() : "you are nobody";
		}

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

		@OnDisconnect
		void leave(ActorContext<?, ?> c) {
			c.broadcast("said", "one has left");
		}

	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "EXTENDED_JSON" })
	void servesAClient(Encoding encoding) {
		MemorySession ann = new MemorySession(encoding, "ann", () -> target(ROOM));
		MemorySession bob = new MemorySession(encoding, "bob", () -> target(ROOM));
		ann.connect();
		bob.connect();
		ann.send(new ToServer.SubscriptionRequest("said", true, Set.of()));
		ann.send(call(1, "whoAmI"));
		ann.awaitText("you are ann");
		bob.send(call(1, "say", "hello"));
		ann.awaitText("hello");
		bob.leave();
		ann.awaitText("one has left");
		assertThat(registry().size()).isEqualTo(1);
		registry().close((identity) -> "ann".equals(identity.owner()), CloseReason.of(ErrorCode.LOGGED_OUT));
		assertThat(ann.awaitEnd().reason()).isEqualTo(ErrorCode.LOGGED_OUT.reason());
		assertThat(registry().size()).isZero();
	}

	@Test
	void notifiesTheSessionBeforeItsClient() {
		MemorySession session = new MemorySession(Encoding.JSON, "ann", () -> target(ROOM));
		session.connect();
		assertThat(session.identified).hasSize(1);
		session.leave();
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "EXTENDED_JSON" })
	void tellsWhyATargetCannotBeRead(Encoding encoding) {
		MemorySession session = new MemorySession(encoding, "ann", () -> {
			throw new RivetException(ErrorCode.NO_ROUTE);
		});
		session.begin();
		assertThat(session.awaitEnd().reason()).isEqualTo(ErrorCode.NO_ROUTE.reason());
		assertThat(session.identified).isEmpty();
	}

	@Test
	void wantsHelloFirst() {
		MemorySession session = new MemorySession(Encoding.EXTENDED_JSON, "ann", () -> target(ROOM));
		session.link.execute(session.link::start);
		session.send(call(1, "whoAmI"));
		assertThat(session.awaitEnd().reason()).isEqualTo(ErrorCode.INVALID_REQUEST.reason());
	}

	@Test
	void timesOutWithoutHello() {
		MemorySession session = new MemorySession(Encoding.EXTENDED_JSON, "ann", () -> target(ROOM),
				settings(LONG, Duration.ofMillis(50)));
		session.link.execute(session.link::start);
		assertThat(session.awaitEnd().reason()).isEqualTo(ErrorCode.CONNECTION_TIMED_OUT.reason());
	}

	@Test
	void cutsAClosedSessionThatStays() {
		MemorySession session = new MemorySession(Encoding.JSON, "ann", () -> target(ROOM),
				settings(Duration.ofMillis(50), LONG));
		session.stuck = true;
		session.connectStuck();
		session.queue.close(CloseReason.of(ErrorCode.RESTARTING));
		Awaitility.await().atMost(LONG).until(() -> session.cut.isDone());
		session.leave();
	}

	@Test
	void givesBackWhatALinkCounts() {
		MemorySession session = new MemorySession(Encoding.JSON, "ann", () -> target(ROOM));
		session.connect();
		session.link.execute(session.link::end);
		session.leave();
		Awaitility.await().atMost(LONG).until(() -> registry().size() == 0);
	}

	private OutboundRegistry registry() {
		return this.context.getBean(OutboundRegistry.class);
	}

	private static ActorTarget target(ActorAddress address) {
		return new ActorTarget.GetOrCreate(address, null);
	}

	private static ToServer call(long id, String name, String... args) {
		return new ToServer.ActionRequest(id, name,
				Stream.of(args).<JsonNode>map(JsonNodeFactory.instance::stringNode).toList());
	}

	private static LinkSettings settings(Duration keepAlive, Duration authenticationTimeout) {
		return new LinkSettings(64 * 1024, keepAlive, Duration.ZERO, authenticationTimeout, LONG, LONG);
	}

	/**
	 * A request that exists only in memory.
	 *
	 * @param user name of the signed-in user
	 */
	private record MemoryRequest(String user) implements HandshakeRequest {

		@Override
		public URI uri() {
			return URI.create("/rivet/gateway/room/connect");
		}

		@Override
		public List<String> header(String name) {
			return List.of();
		}

		@Override
		public Map<String, List<String>> headers() {
			return Map.of();
		}

		@Override
		public Map<String, List<String>> cookies() {
			return Map.of();
		}

		@Override
		public List<@Nullable String> queryParameter(String name) {
			return List.of();
		}

		@Override
		public List<String> cookie(String name) {
			return List.of();
		}

		@Override
		public @Nullable InetSocketAddress remoteAddress() {
			return new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
		}

		@Override
		public @Nullable InetAddress clientAddress() {
			return InetAddress.getLoopbackAddress();
		}

		@Override
		public Mono<Principal> principal() {
			return Mono.just(this::user);
		}

		@Override
		public Mono<String> sessionId(boolean signedIn) {
			return Mono.empty();
		}

	}

	/** A client and its server in one. */
	private final class MemorySession implements TransportSession {

		private final List<String> received = new CopyOnWriteArrayList<>();

		private final List<String> identified = new CopyOnWriteArrayList<>();

		private final CompletableFuture<CloseReason> end = new CompletableFuture<>();

		private final CompletableFuture<Boolean> cut = new CompletableFuture<>();

		private final OutboundQueue queue;

		private final ClientLink link;

		/** Whether its client reads nothing. */
		private volatile boolean stuck;

		MemorySession(Encoding encoding, String user, Supplier<ActorTarget> target) {
			this(encoding, user, target, settings(LONG, LONG));
		}

		MemorySession(Encoding encoding, String user, Supplier<ActorTarget> target, LinkSettings settings) {
			this.queue = new OutboundQueue(encoding, new OutboundQueue.Limits(1024 * 1024, 64 * 1024),
					(bytes) -> BoundaryTests.this.thread.execute(this::drain));
			PendingHandshake opening = PendingHandshake.of(new MemoryRequest(user), target, () -> null, null, false,
					Context.empty());
			this.link = new ClientLink(opening, this.queue, support(), settings, BoundaryTests.this.thread, this);
		}

		private LinkServices support() {
			Limits limits = bean(Limits.class);
			Handshake handshake = new Handshake(ConnectionAuthenticator.NONE, Users.PLAIN, false, limits, LONG,
					Schedulers.single(), () -> false, AuthenticationExpiry.NONE, null);
			return new LinkServices(bean(ActorDirectory.class), registry(), handshake,
					new ValueMapper(JsonMapper.builder().build()), new StreamSecrets("key"), Observers.NONE,
					bean(WakeupBatches.class), limits, bean(LocalNode.class));
		}

		private <T> T bean(Class<T> type) {
			return BoundaryTests.this.context.getBean(type);
		}

		private void begin() {
			if (this.queue.encoding().isExtended()) {
				ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, null, null, null);
				this.link.execute(() -> this.link.start(hello, 0));
			}
			else {
				this.link.execute(this.link::start);
			}
		}

		void connect() {
			begin();
			awaitText("Init");
		}

		void connectStuck() {
			begin();
			Awaitility.await().atMost(LONG).until(() -> !this.queue.isEmpty());
		}

		void send(ToServer message) {
			this.link.execute(() -> this.link.receive(message, 0));
		}

		void leave() {
			this.link.execute(this.link::end);
		}

		/** Writes the queued messages, and closes if the queue has a close reason. */
		private void drain() {
			if (this.stuck) {
				return;
			}
			for (byte[] message = this.queue.poll(); message != null; message = this.queue.poll()) {
				this.received.add(new String(message, StandardCharsets.UTF_8));
			}
			CloseReason reason = this.queue.closeReason();
			if (reason != null && this.queue.isEmpty()) {
				this.link.end();
				this.end.complete(reason);
			}
		}

		void awaitText(String text) {
			Awaitility.await()
				.atMost(LONG)
				.untilAsserted(
						() -> assertThat(this.received).anySatisfy((message) -> assertThat(message).contains(text)));
		}

		CloseReason awaitEnd() {
			return this.end.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
		}

		@Override
		public void onIdentified(ConnectRequest request) {
			assertThat(this.received).isEmpty();
			this.identified.add(request.connectionId());
		}

		@Override
		public void cut() {
			this.cut.complete(true);
		}

	}

}
