/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections whose end comes before the actor has accepted them.
 */
class PeerGatewaysTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "general");

	private static final Duration GRACE = Duration.ofSeconds(10);

	private static final String NODE = "b";

	private static final String ID = "c";

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final SlowDirectory directory = new SlowDirectory();

	private final PeerGateways gateways = new PeerGateways((node, frame) -> true, this.directory,
			(address, connectionId, message) -> true, new OutboundRegistry("a"), this.timers, GRACE);

	/** The session with the gateway is lost, which cancels its requests. */
	@Test
	void endsAConnectionWhoseConnectWasCancelled() {
		connect().dispose();
		this.gateways.lost(NODE);
		this.directory.accept(0);
		assertThat(this.directory.calls).containsExactly("connect");
		this.timers.advanceTimeBy(GRACE);
		assertThat(this.directory.calls).containsExactly("connect", "disconnected");
		assertThat(this.gateways.size()).isZero();
	}

	@Test
	void endsAConnectionThatIsAcceptedAfterTheGrace() {
		connect().dispose();
		this.gateways.lost(NODE);
		this.timers.advanceTimeBy(GRACE);
		assertThat(this.gateways.size()).isOne();
		this.directory.accept(0);
		assertThat(this.directory.calls).containsExactly("connect", "disconnected");
		assertThat(this.gateways.size()).isZero();
	}

	@Test
	void waitsForAConnectBeforeTheNextOneOfItsClient() {
		connect();
		disconnect();
		connect();
		assertThat(this.directory.calls).containsExactly("connect");
		this.directory.accept(0);
		assertThat(this.directory.calls).containsExactly("connect", "disconnected", "connect");
		this.directory.accept(1);
		assertThat(this.gateways.size()).isOne();
		disconnect();
		assertThat(this.directory.calls).endsWith("connect", "disconnected").hasSize(4);
		assertThat(this.gateways.size()).isZero();
	}

	private Disposable connect() {
		ConnectRequest request = ConnectRequest.stateful(ID, null, Identity.ANONYMOUS).withGateway(NODE);
		Gateway.Bounds bounds = new Gateway.Bounds(Encoding.JSON, 1000, 1000, "test");
		return this.gateways.connect(new Operation.Connect(new ActorTarget.GetOrCreate(ROOM, null), request, bounds))
			.subscribe();
	}

	private void disconnect() {
		this.gateways.disconnected(NODE, new Frame.Disconnected(ROOM, ID));
	}

	/** A directory whose actor accepts clients when the test says so. */
	private static final class SlowDirectory implements ActorDirectory {

		private final List<String> calls = new ArrayList<>();

		private final List<Sinks.One<ActorInfo>> waiting = new ArrayList<>();

		void accept(int index) {
			this.waiting.get(index).tryEmitValue(new ActorInfo("id", ROOM, 1, Instant.EPOCH, Instant.EPOCH, false));
		}

		@Override
		public Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request) {
			this.calls.add("connect");
			this.waiting.add(Sinks.one());
			return this.waiting.get(this.waiting.size() - 1).asMono();
		}

		@Override
		public void disconnected(ActorAddress address, String connectionId) {
			this.calls.add("disconnected");
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<ActorInfo> resolve(ActorTarget target, ConnectRequest caller) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Void> authorize(ActorTarget target, Identity identity) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<ActorInfo> find(ActorTarget target) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void deliver(ActorAddress address, String connectionId, ToServer message) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void keepAlive(ActorAddress address, String connectionId) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<JsonNode> call(ActorTarget target, @Nullable ConnectRequest caller, ToServer.ActionRequest action) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Void> destroy(ActorTarget target) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Receipt> dispatch(ActorTarget target, AddressedEvent dispatch) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<JsonNode> predict(ActorTarget target, String connectionId, ToServer.ActionRequest action) {
			throw new UnsupportedOperationException();
		}

	}

}
