/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.version;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.JGroups;
import io.rivetevents.cluster.engine.JGroupsSettings;
import io.rivetevents.cluster.engine.StaticDiscovery;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * A node with the engine of an application, made of the classes of its class loader.
 */
public final class VersionedNode implements TestedNode, Ownership {

	private static final String HOST = "127.0.0.1";

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final ActorHarness harness;

	private final Membership membership;

	private final ClusterOwnership ownership;

	private final ClusterNode node;

	private final Scheduler timers = Schedulers.newSingle("cluster-timers", true);

	private final Scheduler workers = Schedulers.newBoundedElastic(4, 1000, "cluster-worker", 5, true);

	private final ExecutorService writers = Executors.newCachedThreadPool();

	private final StringBuilder received = new StringBuilder();

	private @Nullable OutboundQueue client;

	public VersionedNode(Object store, int port, List<Integer> ports) {
		this.harness = ActorHarness.withOwnership(this, (ActorStateStore) store, new Room());
		this.membership = new Membership(name());
		this.ownership = new ClusterOwnership(this.membership, (other, operation) -> self().askNode(other, operation),
				this.timers, Duration.ZERO);
		ClusterEngine engine = JGroups.create(new JGroupsSettings("versions", name(), HOST, port, Duration.ofSeconds(3),
				new StaticDiscovery(ports.stream().map((each) -> HOST + ":" + each).toList(), 1), null, null));
		ClusterNode.Parts parts = new ClusterNode.Parts(engine, this.membership, this.ownership,
				new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME)), this.harness.mapper(), Tracing.NONE,
				this.harness.connections(), this.harness.directory(), this.harness::node, this.timers, this.workers,
				this.writers);
		this.node = new ClusterNode(parts,
				new ClusterNode.Settings(PeerSettings.DEFAULT, CallSettings.DEFAULTS, LinkTimes.DEFAULTS, PATIENCE));
	}

	private ClusterNode self() {
		return this.node;
	}

	private static ActorTarget room() {
		return ActorHarness.target(Room.class, "k");
	}

	@Override
	public String name() {
		return this.harness.connections().node();
	}

	@Override
	public void start() {
		this.node.start();
	}

	@Override
	public Set<String> nodes() {
		return this.membership.nodes();
	}

	@Override
	public boolean isOwner() {
		return this.membership.owns(ActorHarness.address(Room.class, "k"));
	}

	@Override
	public void connect() {
		ConnectRequest request = this.harness.extended("said").withGateway(name());
		this.client = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1_000_000, 60_000),
				(waiting) -> {
				});
		this.harness.connections().register(request, this.client);
		this.node.directory().connect(room(), request).block(PATIENCE);
	}

	@Override
	public void say(String text) {
		this.node.directory()
			.call(room(), ConnectRequest.stateless(null, Identity.ANONYMOUS), this.harness.request(0, "say", text))
			.block(PATIENCE);
	}

	@Override
	public String received() {
		OutboundQueue queue = this.client;
		for (byte[] next = (queue != null) ? queue.poll() : null; next != null; next = queue.poll()) {
			this.received.append(new String(next, StandardCharsets.UTF_8)).append('\n');
		}
		return this.received.toString();
	}

	@Override
	public void stop() {
		this.node.handOver(PATIENCE).block(PATIENCE);
		this.node.stop();
	}

	@Override
	public boolean sendNext(String node) {
		try {
			return (boolean) ClusterNode.class.getMethod("sendNext", String.class).invoke(this.node, node);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public int nextFrames() {
		try {
			Field received = ClusterNode.class.getField("NEXT");
			return ((AtomicInteger) received.get(null)).get();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.node.end();
		this.harness.close();
		this.writers.shutdownNow();
		this.timers.dispose();
		this.workers.dispose();
	}

	// The ownership is created after the harness

	@Override
	public String node() {
		return name();
	}

	@Override
	public boolean owns(ActorAddress address) {
		return this.ownership.owns(address);
	}

	@Override
	public Mono<Boolean> take(StoredActor stored) {
		return this.ownership.take(stored);
	}

	@Override
	public @Nullable HandOver handedOver(StoredActor stored) {
		return this.ownership.handedOver(stored);
	}

	@Override
	public void fenced(ActorAddress address) {
		this.ownership.fenced(address);
	}

	/** Sends an event. */
	static final class Room {

		@Action
		void say(ActorContext<?, ?> c, String text) {
			c.broadcast("said", text);
		}

	}

}
