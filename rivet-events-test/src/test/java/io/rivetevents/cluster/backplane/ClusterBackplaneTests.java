/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.backplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.peer.PeerListener;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.cluster.peer.Peers;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.Selection;
import io.rivetevents.test.backplane.AbstractBackplaneTests;
import io.rivetevents.test.network.SimulatedNetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link ClusterBackplane}: nodes over a network in memory.
 */
class ClusterBackplaneTests extends AbstractBackplaneTests {

	private static final int MAX_SIZE = 1000;

	private static final long MAX_BACKLOG = 1024 * 1024;

	private final SimulatedNetwork network = SimulatedNetwork.immediate();

	private final ExecutorService writers = Executors.newCachedThreadPool();

	/** Held by a test while nothing is written to the network. */
	private final ReentrantLock writing = new ReentrantLock();

	private final List<Member> members = new ArrayList<>();

	/** A node. */
	private static final class Member implements PeerListener {

		private final Peers peers;

		private final ClusterBackplane backplane;

		private volatile int nodes;

		Member(ClusterBackplaneTests tests, String name) {
			FrameCodec codec = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));
			this.peers = new Peers(tests.network.engine(name), name, codec, PeerSettings.DEFAULT, tests::write, this);
			this.backplane = new ClusterBackplane(codec, (frame) -> this.peers.sendToAll(frame, MAX_BACKLOG),
					() -> this.nodes > 0, MAX_SIZE);
			this.peers.start();
		}

		@Override
		public void viewChanged(ClusterView view) {
			this.nodes = view.nodes().size();
		}

		@Override
		public void met(String node) {
		}

		@Override
		public void received(String node, Frame frame) {
			if (frame instanceof Frame.Publish publish) {
				this.backplane.received(publish);
			}
			else if (frame instanceof Frame.Command command) {
				this.backplane.received(command);
			}
		}

		@Override
		public void lost(String node) {
			this.backplane.lost();
		}

	}

	@Override
	protected Backplane createNode() {
		Member member = new Member(this, "n" + this.members.size());
		this.members.add(member);
		return member.backplane;
	}

	@AfterEach
	void close() {
		this.members.forEach((member) -> member.peers.stop());
		this.writers.shutdownNow();
	}

	private void write(Runnable task) {
		this.writers.execute(() -> {
			this.writing.lock();
			try {
				task.run();
			}
			finally {
				this.writing.unlock();
			}
		});
	}

	private void publish(int size) {
		this.members.get(0).backplane.publish(event(size));
	}

	private static AddressedEvent event(int size) {
		return new AddressedEvent(Selection.ALL, false, "said",
				List.of(JsonNodeFactory.instance.stringNode("x".repeat(size))), Set.of(), false);
	}

	private ClusterBackplane first() {
		return this.members.get(0).backplane;
	}

	@Test
	void sendsNothingThatIsTooLarge() {
		publish(MAX_SIZE);
		publish(MAX_SIZE / 2);
		assertThat(first().status().notPublished()).isOne();
		Awaitility.await().until(() -> this.members.get(1).backplane.status().received() == 1);
	}

	@Test
	void reportsAnEventThatIsNotPublished() {
		first().publishConfirmed(event(1)).block();
		assertThatIllegalStateException().isThrownBy(() -> first().publishConfirmed(event(MAX_SIZE)).block())
			.withMessageContaining("said");
	}

	/** All else that waits for the node is kept. */
	@Test
	void dropsEventsForANodeThatReceivesTooSlowly() {
		this.writing.lock();
		for (int i = 0; first().status().notPublished() == 0; i++) {
			assertThat(i).isLessThan(10_000);
			publish(MAX_SIZE / 2);
		}
		long published = first().status().published();
		assertThat(this.members.get(0).peers.backlog("n1")).isBetween(MAX_BACKLOG - MAX_SIZE, MAX_BACKLOG);
		this.writing.unlock();
		Awaitility.await().until(() -> this.members.get(1).backplane.status().received() == published);
		assertThat(first().status().interruptions()).isZero();
	}

	@Test
	void countsNodesThatWereLost() {
		this.network.kill("n1");
		Awaitility.await().until(() -> first().status().interruptions() == 1);
		publish(1);
		assertThat(first().status().published()).isOne();
	}

}
