/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.sleeping;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Connects a client to each of many instances, waits until the instances sleep with their
 * connections, and prints the heap for each connection as a line of JSON: while its
 * instance is awake, and while it sleeps. Clients have a queue and no socket. Each has
 * one subscription and has made one call. With {@code --rivet.events.state.store=file}
 * what is stored takes no heap. Option: {@code --connections=1000}.
 */
@EnableAutoConfiguration
@Import(Sleeper.class)
class SleepingConnections {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(4 * 1024 * 1024, 1024 * 1024);

	private final ActorDirectory directory;

	private final OutboundRegistry connections;

	private final LocalNode node;

	SleepingConnections(ActorDirectory directory, OutboundRegistry connections, LocalNode node) {
		this.directory = directory;
		this.connections = connections;
		this.node = node;
	}

	public static void main(String[] args) throws InterruptedException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SleepingConnections.class)
			.properties("server.address=127.0.0.1", "server.port=0", "logging.level.root=warn",
					"spring.main.banner-mode=off", "rivet.events.actor.sleep-timeout=20s",
					"rivet.events.actor.hibernate=true")
			.run(args)) {
			int connections = context.getEnvironment().getProperty("connections", Integer.class, 1000);
			System.out.println(context.getBean(SleepingConnections.class).measure(connections));
		}
	}

	private ObjectNode measure(int connections) throws InterruptedException {
		connect("warm-up", connections); // loads all classes and fills all caches
		awaitSleep();
		Usage before = Usage.whenCalm();
		List<OutboundQueue> clients = connect("sleeper", connections);
		Usage awake = Usage.whenCalm();
		if (this.node.size() != connections) {
			throw new IllegalStateException("Only %d of %d are awake: set a longer rivet.events.actor.sleep-timeout"
				.formatted(this.node.size(), connections));
		}
		awaitSleep();
		Usage asleep = Usage.whenCalm();
		return JsonMapper.shared()
			.createObjectNode()
			.put("connections", clients.size())
			.put("awake_bytes_each", (awake.heapBytes() - before.heapBytes()) / connections)
			.put("asleep_bytes_each", (asleep.heapBytes() - before.heapBytes()) / connections);
	}

	private List<OutboundQueue> connect(String key, int connections) {
		return IntStream.range(0, connections)
			.mapToObj((i) -> connect(ActorAddress.of("sleeper", key, "" + i)))
			.toList();
	}

	private OutboundQueue connect(ActorAddress address) {
		OutboundQueue client = new OutboundQueue(Encoding.JSON, LIMITS, (waiting) -> {
		});
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		String id = request.connectionId();
		this.connections.register(request, client);
		this.directory.connect(new ActorTarget.GetOrCreate(address, null), request).block(PATIENCE);
		this.directory.deliver(address, id, new ToServer.SubscriptionRequest("visited", true));
		this.directory.deliver(address, id, new ToServer.ActionRequest(1, "visit", List.of(StringNode.valueOf("ada"))));
		awaitAnswer(client);
		return client;
	}

	/** The welcome and the answer leave the queue. */
	private static void awaitAnswer(OutboundQueue client) {
		Flux.interval(Duration.ofMillis(1)).mapNotNull((tick) -> client.poll()).take(2).blockLast(PATIENCE);
	}

	private void awaitSleep() {
		Flux.interval(Duration.ofMillis(100)).takeUntil((tick) -> this.node.size() == 0).blockLast();
	}

}
