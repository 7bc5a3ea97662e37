/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of a node that is left in the smaller part of the nodes, and owns instances
 * again after its time-out. The other nodes are names in views only.
 */
class SmallerPartTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(4);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final ExecutorService writers = Executors.newSingleThreadExecutor();

	private final ActorHarness harness = ActorHarness.withOwnership(Ownership.ALONE, new MemoryActorStateStore(),
			new Room());

	private final String self = this.harness.connections().node();

	private final Membership membership = new Membership(this.self, SmallerPart.WAIT, TIMEOUT, this.timers);

	private final AtomicReference<ClusterListener> listener = new AtomicReference<>();

	private final ClusterNode node = new ClusterNode(
			new ClusterNode.Parts(new Silent(), this.membership,
					new ClusterOwnership(this.membership, (other, operation) -> Mono.never(), this.timers,
							Duration.ZERO),
					new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME)), this.harness.mapper(),
					Tracing.NONE, this.harness.connections(), this.harness.directory(), this.harness::node, this.timers,
					Schedulers.immediate(), this.writers),
			new ClusterNode.Settings(PeerSettings.DEFAULT, CallSettings.DEFAULTS, LinkTimes.DEFAULTS,
					Duration.ofSeconds(20)));

	@AfterEach
	void close() {
		this.node.stop();
		this.harness.close();
		this.writers.shutdownNow();
	}

	private void view(long number, String... nodes) {
		this.listener.get().viewChanged(new ClusterView(number, List.of(nodes), Set.of()));
	}

	private String keyOfAnotherNode() {
		return IntStream.range(0, 1000)
			.mapToObj((i) -> "k" + i)
			.filter((key) -> !this.membership.owns(ActorHarness.address(Room.class, key)))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void connectsItsClientsAsSoonAsItOwnsTheirActors() {
		this.node.start();
		view(2, this.self, "b", "c");
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS).withGateway(this.self);
		this.harness.connections()
			.register(request, new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(1_000_000, 60_000), (none) -> {
			}));
		AtomicReference<ActorInfo> connected = new AtomicReference<>();
		this.node.directory()
			.connect(ActorHarness.target(Room.class, keyOfAnotherNode()), request)
			.subscribe(connected::set);
		view(3, this.self);
		assertThat(this.node.status().waiting()).isTrue();
		this.timers.advanceTimeBy(TIMEOUT);
		assertThat(this.node.status().waiting()).isFalse();
		Awaitility.await().until(() -> connected.get() != null);
	}

	/** Carries nothing. */
	private final class Silent implements ClusterEngine {

		@Override
		public void start(ClusterListener listener) {
			SmallerPartTests.this.listener.set(listener);
			view(1, SmallerPartTests.this.self);
		}

		@Override
		public void stop() {
		}

		@Override
		public void send(String node, byte[] frame) {
		}

	}

	static final class Room {

		@Action
		void say() {
		}

	}

}
