/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * An application with its own directory starts, serves its clients and stops in order.
 */
class OwnDirectoryIntegrationTests {

	private static ConfigurableApplicationContext start(Class<?> application, String spread) {
		return new SpringApplication(application).run("--server.port=0", "--rivet.events.websocket.rejection-delay=0s",
				"--rivet.events.shutdown.spread=" + spread);
	}

	private static String base(ConfigurableApplicationContext context) {
		return "http://localhost:%s/rivet".formatted(context.getEnvironment().getProperty("local.server.port"));
	}

	private static String callOverHttp(ConfigurableApplicationContext context, String actor) throws Exception {
		return TestHttp.send("POST", base(context) + TestClient.query(actor, "k", "action/echo"), null,
				"{\"args\":[\"hello\"]}", "x-rivet-encoding", "json");
	}

	private static void speak(TestClient client) {
		client.subscribe("said");
		client.call(1, "say", "hello");
		ToClient.Event event = client.next(ToClient.Event.class);
		assertThat(event.name()).isEqualTo("said");
		assertThat(event.args()).extracting(JsonNode::asString).containsExactly("hello");
		assertThat(client.next(ToClient.ActionResponse.class).id()).isOne();
	}

	@Test
	void servesByADirectoryAroundTheLocalOne() throws Exception {
		ConfigurableApplicationContext context = start(Decorated.class, "0s");
		CountingDirectory directory = context.getBean(CountingDirectory.class);
		assertThat(context.getBean(ActorDirectory.class)).isSameAs(directory);
		TestClient client = TestClient.connect(base(context), Encoding.JSON, "room", "k");
		speak(client);
		assertThat(directory.calls).containsExactly("connect", "deliver", "deliver");
		directory.calls.clear();
		assertThat(callOverHttp(context, "room")).contains("hello");
		assertThat(context.getBean(Actors.class).get("room", "k").call("echo", String.class, "x").block())
			.isEqualTo("x");
		assertThat(directory.calls).containsExactly("call", "call");
		context.close();
		assertThat(client.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
		assertThat(directory.calls).contains("disconnected").endsWith("destroyed with 0 instances");
	}

	/** An actor that calls another one need not be on the node of that one. */
	@Test
	void findsTheNeighboursOfActors() {
		try (ConfigurableApplicationContext context = start(Decorated.class, "0s")) {
			CountingDirectory directory = context.getBean(CountingDirectory.class);
			assertThat(context.getBean(Actors.class).getOrCreate("asker", "k").call("ask", String.class).block())
				.isEqualTo("asked");
			assertThat(directory.calls).containsExactly("call", "call");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "0s", "200ms" })
	void servesByADirectoryThatHoldsNothingHere(String spread) throws Exception {
		ConfigurableApplicationContext context = start(Elsewhere.class, spread);
		FarawayDirectory directory = context.getBean(FarawayDirectory.class);
		LocalNode node = context.getBean(LocalNode.class);
		TestClient plain = TestClient.connect(base(context), Encoding.JSON, "faraway", "k");
		speak(plain);
		TestClient other = TestClient.connect(base(context), Encoding.BARE, "faraway", "k");
		assertThat(directory.connected).hasSize(2);
		assertThat(callOverHttp(context, "faraway")).contains("hello");
		assertThat(context.getBean(Actors.class).get("faraway", "k").call("echo", String.class, "x").block())
			.isEqualTo("x");
		assertThat(node.size()).isZero();
		context.close();
		assertThat(plain.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
		assertThat(other.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
		assertThat(directory.log).containsExactly("started", "disconnected", "disconnected", "stopped");
	}

	@Test
	void isStoppedAfterTheEndOfItsConnections() {
		ConfigurableApplicationContext context = start(Elsewhere.class, "0s");
		FarawayDirectory directory = context.getBean(FarawayDirectory.class);
		directory.disconnecting = Duration.ofMillis(300);
		TestClient.connect(base(context), Encoding.JSON, "faraway", "k");
		TestClient.connect(base(context), Encoding.JSON, "faraway", "other");
		context.close();
		assertThat(directory.log).containsExactly("started", "disconnected", "disconnected", "stopped");
	}

	/** Its node is about to stop, however its actor fares. */
	@Test
	void refusesNewConnectionsWhileTheNodeDrains() {
		try (ConfigurableApplicationContext context = start(Elsewhere.class, "0s")) {
			context.getBean(LocalNode.class).drain();
			TestSocket late = TestSocket.open(base(context) + TestSocket.query("faraway", "k"), Encoding.JSON,
					new HttpHeaders());
			assertThat(late.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
			assertThat(context.getBean(FarawayDirectory.class).connected).isEmpty();
		}
	}

	/** What it refuses reaches clients as what a local instance refuses. */
	@Test
	void answersWithItsRefusals() throws Exception {
		try (ConfigurableApplicationContext context = start(Elsewhere.class, "0s")) {
			TestSocket lost = TestSocket.open(base(context) + TestSocket.query("lost", "k"), Encoding.JSON,
					new HttpHeaders());
			assertThat(lost.closed()).isEqualTo(new CloseStatus(1011, "actor.not_found"));
			assertThat(callOverHttp(context, "lost")).contains("not_found");
			assertThatThrownBy(() -> context.getBean(Actors.class).get("lost", "k").resolve().block())
				.isInstanceOfSatisfying(RivetException.class, (ex) -> assertThat(ex.code()).isEqualTo("not_found"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class, Asker.class })
	static class Decorated {

		@Bean
		CountingDirectory countingDirectory(@Qualifier("rivetLocalActorDirectory") ActorDirectory local,
				LocalNode node) {
			return new CountingDirectory(local, node);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(OpenAccess.class)
	static class Elsewhere {

		@Bean
		FarawayDirectory farawayDirectory(OutboundRegistry connections) {
			return new FarawayDirectory(connections);
		}

	}

	@Actor("asker")
	static class Asker {

		@Action
		Mono<String> ask(ActorContext<?, ?> c) {
			return c.actor("room", "neighbour").call("echo", String.class, "asked");
		}

	}

	/** Records the calls to another directory. */
	static final class CountingDirectory implements ActorDirectory, AutoCloseable {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private final ActorDirectory delegate;

		private final LocalNode node;

		CountingDirectory(ActorDirectory delegate, LocalNode node) {
			this.delegate = delegate;
			this.node = node;
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target) {
			this.calls.add("resolve");
			return this.delegate.resolve(target);
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
			this.calls.add("resolve");
			return this.delegate.resolve(target, caller);
		}

		@Override
		public Mono<Void> authorize(ActorTarget target, Identity identity) {
			this.calls.add("authorize");
			return this.delegate.authorize(target, identity);
		}

		@Override
		public Mono<ActorInfo> find(ActorTarget target) {
			this.calls.add("find");
			return this.delegate.find(target);
		}

		@Override
		public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
			this.calls.add("list");
			return this.delegate.list(namespace, name, after, limit);
		}

		@Override
		public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
			this.calls.add("connect");
			return this.delegate.connect(target, request);
		}

		@Override
		public void deliver(ActorAddress address, String connectionId, ToServer message) {
			this.calls.add("deliver");
			this.delegate.deliver(address, connectionId, message);
		}

		@Override
		public void keepAlive(ActorAddress address, String connectionId) {
			this.calls.add("keepAlive");
			this.delegate.keepAlive(address, connectionId);
		}

		@Override
		public void disconnected(ActorAddress address, String connectionId) {
			this.calls.add("disconnected");
			this.delegate.disconnected(address, connectionId);
		}

		@Override
		public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
			this.calls.add("call");
			return this.delegate.call(target, caller, action);
		}

		@Override
		public Mono<Void> destroy(ActorTarget target) {
			this.calls.add("destroy");
			return this.delegate.destroy(target);
		}

		@Override
		public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
			this.calls.add("dispatch");
			return this.delegate.dispatch(target, dispatch);
		}

		@Override
		public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
			this.calls.add("predict");
			return this.delegate.predict(target, connectionId, action);
		}

		@Override
		public void close() {
			this.calls.add("destroyed with %d instances".formatted(this.node.size()));
		}

	}

	/** Answers as an owner on another node would, and has no instance on this one. */
	static final class FarawayDirectory implements ActorDirectory, SmartLifecycle {

		private final List<String> log = new CopyOnWriteArrayList<>();

		private final Map<String, Set<String>> connected = new ConcurrentHashMap<>();

		private final OutboundRegistry connections;

		private volatile boolean running;

		/** How long it takes to note the end of a connection. */
		private volatile Duration disconnecting = Duration.ZERO;

		FarawayDirectory(OutboundRegistry connections) {
			this.connections = connections;
		}

		/** Started before the web server, stopped after the node. */
		@Override
		public int getPhase() {
			return 0;
		}

		@Override
		public void start() {
			this.log.add("started");
			this.running = true;
		}

		@Override
		public void stop() {
			this.log.add("stopped");
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target) {
			return Mono.fromSupplier(() -> {
				ActorAddress address = target.address();
				if (address == null || !address.name().equals("faraway")) {
					throw new RivetException(ErrorCode.ACTOR_NOT_FOUND);
				}
				return new ActorInfo("faraway-1", address, 1, Instant.EPOCH, Instant.EPOCH, false);
			});
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
			return resolve(target);
		}

		@Override
		public Mono<Void> authorize(ActorTarget target, Identity identity) {
			return resolve(target).then();
		}

		@Override
		public Mono<ActorInfo> find(ActorTarget target) {
			return resolve(target).onErrorComplete();
		}

		@Override
		public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
			return Mono.just(List.of());
		}

		@Override
		public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
			String connectionId = request.connectionId();
			return resolve(target).doOnNext((info) -> {
				this.connected.put(connectionId, ConcurrentHashMap.newKeySet());
				this.connections.outbound(connectionId)
					.release(OutgoingMessage.of(new ToClient.Init(info.actorId(), connectionId)));
			});
		}

		@Override
		public void deliver(ActorAddress address, String connectionId, ToServer message) {
			if (message instanceof ToServer.SubscriptionRequest request) {
				this.connected.get(connectionId).add(request.eventName());
			}
			else if (message instanceof ToServer.ActionRequest action) {
				OutgoingMessage said = OutgoingMessage.of(new ToClient.Event("said", action.args(), null, Set.of()));
				this.connected.forEach((id, events) -> {
					if (events.contains("said")) {
						this.connections.outbound(id).send(said);
					}
				});
				this.connections.outbound(connectionId)
					.send(OutgoingMessage.of(new ToClient.ActionResponse(action.id(), null)));
			}
		}

		@Override
		public void keepAlive(ActorAddress address, String connectionId) {
			throw new UnsupportedOperationException("For clients of the extended mode");
		}

		@Override
		public void disconnected(ActorAddress address, String connectionId) {
			if (this.connected.remove(connectionId) != null) {
				LockSupport.parkNanos(this.disconnecting.toNanos());
				this.log.add("disconnected");
			}
		}

		@Override
		public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
			return resolve(target).map((info) -> action.args().get(0));
		}

		@Override
		public Mono<Void> destroy(ActorTarget target) {
			return resolve(target).then();
		}

		@Override
		public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
			return Mono.just(Receipt.NOBODY);
		}

		@Override
		public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
			return call(target, null, action);
		}

	}

}
