/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.peer.PeerListener;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.cluster.peer.Peers;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.test.network.SimulatedNetwork;
import io.rivetevents.test.network.TimedNetwork;
import io.rivetevents.test.time.VirtualTime;

/**
 * What nodes send each other, and when they receive their views, over networks in memory.
 */
final class ScaleNetwork {

	private static final Duration STEP = Duration.ofMillis(1);

	private static final Duration SETTLED = Duration.ofSeconds(30);

	private final List<String> names;

	private final long seed;

	private final VirtualTime time = new VirtualTime();

	private final TimedNetwork network;

	/** The last view of each node. */
	private final Map<String, List<String>> views = new HashMap<>();

	/**
	 * Creates a network.
	 * @param names names of the nodes; the last one joins the others
	 * @param seed decides how long views take
	 */
	ScaleNetwork(List<String> names, long seed) {
		this.names = names;
		this.seed = seed;
		this.network = new TimedNetwork(new Random(seed), this.time.timers(), (line) -> {
		});
	}

	/** Returns the frames of an event for the connections of all nodes. */
	long framesOfABroadcast() {
		SimulatedNetwork network = SimulatedNetwork.seeded(this.seed);
		FrameCodec codec = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));
		AtomicLong sent = new AtomicLong();
		AtomicLong received = new AtomicLong();
		List<Peers> nodes = this.names.stream()
			.map((name) -> new Peers(new CountedEngine(network.engine(name), sent), name, codec, PeerSettings.DEFAULT,
					network.executor(name), new Receiver(received)))
			.toList();
		nodes.forEach(Peers::start);
		network.run();
		long before = sent.get();
		nodes.get(0).sendToAll(codec.encode(new Frame.Leaving()), PeerSettings.DEFAULT.maxBacklog());
		network.run();
		if (received.get() != this.names.size() - 1) {
			throw new IllegalStateException(
					"%d of %d nodes have received it".formatted(received.get(), this.names.size() - 1));
		}
		return sent.get() - before;
	}

	/** Starts one node after the others, and returns the time until all know it. */
	long millisToJoin() {
		this.names.subList(0, this.names.size() - 1).forEach(this::start);
		this.time.advance(SETTLED);
		String last = this.names.get(this.names.size() - 1);
		start(last);
		return millisUntil(() -> this.names.stream()
			.allMatch((name) -> this.views.getOrDefault(name, List.of()).size() == this.names.size()));
	}

	/** Kills a node, and returns the time until no other one has it in its view. */
	long millisToNotice() {
		this.time.advance(SETTLED);
		String killed = this.names.get(0);
		this.network.kill(killed);
		this.views.remove(killed);
		return millisUntil(() -> this.views.values().stream().noneMatch((view) -> view.contains(killed)));
	}

	private long millisUntil(BooleanSupplier condition) {
		long millis = 0;
		while (!condition.getAsBoolean()) {
			this.time.advance(STEP);
			millis++;
			if (millis > SETTLED.toMillis()) {
				throw new IllegalStateException("The nodes have no common view: " + this.views.values());
			}
		}
		return millis;
	}

	private void start(String name) {
		ClusterEngine engine = this.network.engine(name, name, () -> (task) -> this.time.timers().schedule(task));
		engine.start(new ClusterListener() {

			@Override
			public void viewChanged(ClusterView view) {
				ScaleNetwork.this.views.put(name, view.nodes());
			}

			@Override
			public void received(String node, byte[] frame) {
				throw new IllegalStateException(
						"Nothing was sent, but received: " + new String(frame, StandardCharsets.UTF_8));
			}

		});
	}

	/** Counts the frames that a node sends. */
	private record CountedEngine(ClusterEngine engine, AtomicLong sent) implements ClusterEngine {

		@Override
		public void start(ClusterListener listener) {
			this.engine.start(listener);
		}

		@Override
		public void stop() {
			this.engine.stop();
		}

		@Override
		public void send(String node, byte[] frame) {
			this.sent.incrementAndGet();
			this.engine.send(node, frame);
		}

	}

	/** Counts the events that a node receives. */
	private record Receiver(AtomicLong received) implements PeerListener {

		@Override
		public void viewChanged(ClusterView view) {
		}

		@Override
		public void met(String node) {
		}

		@Override
		public void received(String node, Frame frame) {
			this.received.incrementAndGet();
		}

		@Override
		public void lost(String node) {
		}

	}

}
