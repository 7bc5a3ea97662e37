/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.test.network.SimulatedNetwork;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@link Peers} in a {@link SimulatedNetwork}, by many seeds; {@code -Drivet.seeds}
 * sets their number. Each frame has a number of its own. Between two ends of sessions, a
 * node must receive the first frames that another has sent between two ends of its own,
 * in order and without a gap; and all of them once the network is quiet.
 */
class PeersSimulationTests {

	private static final int SEEDS = Integer.getInteger("rivet.seeds", 1000);

	private static final int ACTIONS = 120;

	private static final FrameCodec CODEC = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));

	/** Some ten frames. */
	private static final PeerSettings SMALL = new PeerSettings(10 * (Session.OVERHEAD + 3));

	private final Logger logger = Logger.getLogger(Peer.class.getName());

	@BeforeEach
	void quiet() {
		this.logger.setLevel(Level.OFF);
	}

	@AfterEach
	void restore() {
		this.logger.setLevel(null);
	}

	@Test
	void keepsOrderAndReportsEachEndToBothNodes() {
		for (long seed = 0; seed < SEEDS; seed++) {
			Run run = new Run(seed);
			try {
				run.play();
			}
			catch (RuntimeException | AssertionError ex) {
				throw new AssertionError("Failed with the seed " + seed, ex);
			}
		}
	}

	/** One seed. */
	private static final class Run {

		private final Random random;

		private final SimulatedNetwork network;

		private final Map<String, Node> nodes = new LinkedHashMap<>();

		private final List<String> paused = new ArrayList<>();

		private long lastFrame;

		Run(long seed) {
			this.random = new Random(seed);
			this.network = SimulatedNetwork.seeded(seed);
		}

		void play() {
			start();
			start();
			for (int i = 0; i < ACTIONS; i++) {
				act();
			}
			this.network.heal();
			this.paused.forEach(this.network::resume);
			this.network.run();
			// the first frame of the next session shows that the last one has ended
			forEachPair(this::send);
			this.network.run();
			checkAll();
		}

		private void act() {
			int action = this.random.nextInt(100);
			if (action < 40) {
				sendSome();
			}
			else if (action < 85) {
				for (int steps = this.random.nextInt(30); steps > 0; steps--) {
					this.network.step();
				}
			}
			else if (action < 88) {
				this.network.run();
			}
			else if (action < 91) {
				this.network.partition(Set.copyOf(this.nodes.keySet().stream().filter((each) -> chance()).toList()));
			}
			else if (action < 94) {
				this.network.heal();
			}
			else if (action < 97) {
				pauseOrResume();
			}
			else if (action == 97 && this.nodes.size() < 5) {
				start();
			}
			else if (action == 98 && this.network.alive().size() > 2) {
				kill();
			}
		}

		private void start() {
			String name = "n" + this.nodes.size();
			Node node = new Node(name);
			this.nodes.put(name, node);
			node.peers.start();
		}

		private void kill() {
			String name = any(this.network.alive());
			if (chance() || this.paused.contains(name)) {
				this.network.kill(name);
			}
			else {
				this.nodes.get(name).peers.stop();
			}
		}

		private void pauseOrResume() {
			String name = any(this.network.alive());
			if (this.paused.remove(name)) {
				this.network.resume(name);
			}
			else {
				this.network.pause(name);
				this.paused.add(name);
			}
		}

		private void sendSome() {
			Node from = this.nodes.get(any(this.network.alive()));
			String to = any(List.copyOf(this.nodes.keySet()));
			for (int i = this.random.nextInt(12); i >= 0 && !this.paused.contains(from.name); i--) {
				send(from, to);
			}
		}

		private void send(Node from, String to) {
			long id = ++this.lastFrame;
			// known before it is sent, since it may be received at once
			List<Long> sent = from.sent(to).current();
			sent.add(id);
			if (!from.peers.send(to, new Frame.Cancel(id))) {
				sent.remove(id);
			}
		}

		private void forEachPair(BiConsumer<Node, String> action) {
			for (String from : this.network.alive()) {
				for (String to : this.network.alive()) {
					if (!from.equals(to)) {
						action.accept(this.nodes.get(from), to);
					}
				}
			}
		}

		private void checkAll() {
			for (Node from : this.nodes.values()) {
				for (Node to : this.nodes.values()) {
					check(from, to);
				}
			}
			forEachPair((from, to) -> {
				assertThat(from.peers.backlog(to)).isZero();
				assertThat(from.sent(to).current()).isNotEmpty();
				assertThat(this.nodes.get(to).received(from.name).current()).as("%s to %s", from.name, to)
					.isEqualTo(from.sent(to).current());
			});
		}

		/** Each received part is the beginning of another sent part, in their order. */
		private void check(Node from, Node to) {
			int next = 0;
			for (List<Long> part : to.received(from.name).parts) {
				if (!part.isEmpty()) {
					next = indexOf(part.get(0), from.sent(to.name).parts, next);
					List<Long> sent = from.sent(to.name).parts.get(next);
					assertThat(part).as("%s to %s", from.name, to.name)
						.isEqualTo(sent.subList(0, Math.min(part.size(), sent.size())));
					next++;
				}
			}
		}

		private static int indexOf(long first, List<List<Long>> parts, int start) {
			for (int i = start; i < parts.size(); i++) {
				if (!parts.get(i).isEmpty() && parts.get(i).get(0) == first) {
					return i;
				}
			}
			throw new AssertionError("%d is not the first frame of a session".formatted(first));
		}

		private boolean chance() {
			return this.random.nextBoolean();
		}

		private <T> T any(List<T> list) {
			return list.get(this.random.nextInt(list.size()));
		}

		/** Frames between the ends of sessions. */
		private static final class Parts {

			private final List<List<Long>> parts = new ArrayList<>(Collections.singletonList(new ArrayList<>()));

			List<Long> current() {
				return this.parts.get(this.parts.size() - 1);
			}

			void end() {
				this.parts.add(new ArrayList<>());
			}

		}

		/** A node, which also sends while it is called. */
		private final class Node implements PeerListener {

			private final String name;

			private final Peers peers;

			private final Map<String, Parts> sent = new LinkedHashMap<>();

			private final Map<String, Parts> received = new LinkedHashMap<>();

			private Set<String> view = Set.of();

			Node(String name) {
				this.name = name;
				ClusterEngine engine = Run.this.network.engine(name);
				Executor executor = Run.this.network.executor(name);
				this.peers = new Peers(engine, name, CODEC, SMALL, executor, this);
			}

			Parts sent(String to) {
				return this.sent.computeIfAbsent(to, (key) -> new Parts());
			}

			Parts received(String from) {
				return this.received.computeIfAbsent(from, (key) -> new Parts());
			}

			@Override
			public void viewChanged(ClusterView next) {
				this.view = Set.copyOf(next.nodes());
				this.view.stream().sorted().filter((each) -> chance()).forEach((each) -> send(this, each));
			}

			@Override
			public void received(String node, Frame frame) {
				assertThat(this.view).contains(node);
				received(node).current().add(((Frame.Cancel) frame).id());
				if (Run.this.random.nextInt(5) == 0) {
					send(this, node);
				}
			}

			@Override
			public void lost(String node) {
				sent(node).end();
				received(node).end();
				if (chance()) {
					send(this, node);
				}
			}

		}

	}

}
