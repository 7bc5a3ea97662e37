/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.Selection;
import io.rivetevents.test.network.SimulatedNetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class PeersTests {

	private static final FrameCodec CODEC = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));

	private final SimulatedNetwork network = SimulatedNetwork.immediate();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Recorder a = new Recorder();

	private final Recorder b = new Recorder();

	private final Logger logger = Logger.getLogger(Peer.class.getName());

	@BeforeEach
	void quiet() {
		this.logger.setLevel(Level.OFF);
	}

	@AfterEach
	void end() {
		this.logger.setLevel(null);
		this.threads.shutdownNow();
	}

	@Test
	void deliversFramesInTheirOrder() {
		Peers first = join("a", this.a);
		join("b", this.b);
		LongStream.range(0, 200).forEach((id) -> assertThat(first.send("b", new Frame.Cancel(id))).isTrue());
		assertThat(this.b.log).containsSubsequence("view [a, b]", "a 0", "a 1", "a 199").doesNotContain("lost a");
		assertThat(first.backlog("b")).isZero();
	}

	@Test
	void reportsABeginBeforeTheFramesOfASession() {
		List<String> log = Collections.synchronizedList(new ArrayList<>());
		Peers first = join("a", this.a);
		join("b", new PeerListener() {

			@Override
			public void viewChanged(ClusterView view) {
				log.add("view " + view.nodes());
			}

			@Override
			public void met(String node) {
				log.add("met " + node);
			}

			@Override
			public void received(String node, Frame frame) {
				log.add(node + " " + ((Frame.Cancel) frame).id());
			}

			@Override
			public void lost(String node) {
				log.add("lost " + node);
			}

		});
		first.send("b", new Frame.Cancel(1));
		this.network.pause("b");
		this.network.resume("b");
		first.send("b", new Frame.Cancel(2));
		assertThat(log).startsWith("view [a, b]", "met a", "a 1").endsWith("lost a", "met a", "a 2");
	}

	@Test
	void sendsNothingToANodeOutsideTheView() {
		Peers first = join("a", this.a);
		assertThat(first.send("b", new Frame.Cancel(1))).isFalse();
		assertThat(first.send("a", new Frame.Cancel(1))).isFalse();
		assertThat(first.backlog("b")).isZero();
	}

	@Test
	void reportsAnEndBeforeTheViewWithoutTheNode() {
		Peers first = join("a", this.a);
		join("b", this.b);
		this.network.kill("b");
		assertThat(this.a.log).endsWith("view [a, b]", "lost b", "view [a]");
		assertThat(first.send("b", new Frame.Cancel(1))).isFalse();
	}

	@Test
	void beginsAgainAfterAPartition() {
		Peers first = join("a", this.a);
		join("b", this.b);
		this.network.partition(Set.of("a"));
		this.network.heal();
		first.send("b", new Frame.Cancel(1));
		assertThat(this.a.log).endsWith("lost b", "view [a]", "view [a, b]");
		assertThat(this.b.log).endsWith("lost a", "view [b]", "view [a, b]", "a 1");
	}

	/** The paused node never sees a view without the other. */
	@Test
	void reportsTheEndToANodeThatHasNotNoticedIt() {
		Peers first = join("a", this.a);
		join("b", this.b);
		this.network.pause("b");
		this.network.resume("b");
		first.send("b", new Frame.Cancel(1));
		assertThat(this.b.log).endsWith("view [a, b]", "lost a", "a 1").doesNotContain("view [b]");
	}

	@Test
	void receivesNothingAfterItIsStopped() {
		Peers first = join("a", this.a);
		Peers second = join("b", this.b);
		int before = this.b.log.size();
		second.stop();
		assertThat(first.send("b", new Frame.Cancel(1))).isFalse();
		assertThat(second.send("a", new Frame.Cancel(1))).isFalse();
		assertThat(this.b.log).hasSize(before);
		assertThat(this.a.log).endsWith("lost b", "view [a]");
	}

	@Test
	void rejectsAFrameThatCannotBeSentBeforeItIsQueued() {
		Peers first = join("a", this.a);
		join("b", this.b);
		AddressedEvent event = new AddressedEvent(new Selection.Where((connection) -> true), true, "e", List.of(),
				Set.of(), false);
		Frame frame = new Frame.Request(1, new Operation.Dispatch(new ActorTarget.Get(ActorAddress.of("room")), event));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> first.send("b", frame));
		assertThat(this.a.log).doesNotContain("lost b");
	}

	@Test
	void beginsAgainWhenAFrameCannotBeRead() {
		StubEngine engine = new StubEngine();
		Peers peers = new Peers(engine, "a", CODEC, PeerSettings.DEFAULT, this.threads, this.a);
		peers.start();
		engine.agree();
		engine.listener().received("b", new Envelope(5, 1, new byte[] { 7, 1 }, 0).toBytes());
		assertThat(this.a.log).endsWith("view [a, b]", "lost b");
		Awaitility.await().untilAsserted(() -> assertThat(engine.last()).isEqualTo(Envelope.greeting(2, 5)));
	}

	@Test
	void receivesJoinedFramesUpToTheEndOfTheSession() {
		StubEngine engine = new StubEngine();
		Peers peers = new Peers(engine, "a", CODEC, new PeerSettings(1), this.threads, this.a);
		peers.start();
		engine.agree();
		this.a.onFrame = (id) -> {
			if (id == 2) {
				throw new IllegalStateException("expected");
			}
			if (id == 4) {
				engine.block();
				while (peers.send("b", new Frame.Cancel(1))) {
					assertThat(peers.backlog("b")).isLessThan(100);
				}
			}
		};
		engine.listener().received("b", joined(1, 2, 3, 4, 5));
		assertThat(this.a.log).endsWith("view [a, b]", "b 1", "b 2", "b 3", "b 4", "lost b");
	}

	private static byte[] joined(long... ids) {
		JoinedFrames frames = new JoinedFrames();
		for (long id : ids) {
			frames.add(CODEC.encode(new Frame.Cancel(id)));
		}
		return new Envelope(5, 1, frames.toBytes(), 0).toBytes();
	}

	@Test
	void ignoresAFrameOfALaterVersion() {
		StubEngine engine = new StubEngine();
		new Peers(engine, "a", CODEC, PeerSettings.DEFAULT, this.threads, this.a).start();
		engine.agree();
		engine.listener().received("b", new Envelope(5, 1, new byte[] { (byte) 250, 1 }, 0).toBytes());
		engine.listener().received("b", new Envelope(5, 1, CODEC.encode(new Frame.Cancel(3)), 0).toBytes());
		assertThat(this.a.log).endsWith("view [a, b]", "b 3");
	}

	@Test
	void reportsTheVersionOfANode() {
		StubEngine engine = new StubEngine();
		Peers peers = new Peers(engine, "a", CODEC, PeerSettings.DEFAULT, this.threads, this.a);
		peers.start();
		assertThat(peers.version("b")).isZero();
		assertThat(peers.version("c")).isZero();
		engine.listener().received("b", new Envelope(5, 1, null, 1).toBytes());
		assertThat(peers.version("b")).isOne();
		engine.listener().received("b", new Envelope(6, 1, null, 200).toBytes());
		assertThat(peers.version("b")).isEqualTo(200);
	}

	/** The writer waits in the engine all the time. */
	@Test
	void dropsWhatWaitsForASlowNodeAndDoesNotBlock() throws Exception {
		StubEngine engine = new StubEngine();
		Peers peers = new Peers(engine, "a", CODEC, new PeerSettings(5000), this.threads, this.a);
		peers.start();
		engine.agree();
		CountDownLatch slow = engine.block();
		int sent = 0;
		while (peers.send("b", new Frame.Cancel(sent))) {
			sent++;
			assertThat(peers.backlog("b")).isLessThanOrEqualTo(5000);
		}
		assertThat(sent).isGreaterThan(100);
		Awaitility.await().untilAsserted(() -> assertThat(this.a.log).endsWith("lost b"));
		assertThat(peers.send("b", new Frame.Cancel(1000))).isTrue();
		slow.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(engine.last()).isEqualTo(Envelope.greeting(2, 5)));
		engine.listener().received("b", Envelope.greeting(5, 2).toBytes());
		Awaitility.await().untilAsserted(() -> assertThat(engine.lastFrame()).isEqualTo(new Frame.Cancel(1000)));
	}

	@Test
	void sendsAgainAfterTheNextViewIfTheEngineHasRefusedAFrame() {
		StubEngine engine = new StubEngine();
		Peers peers = new Peers(engine, "a", CODEC, PeerSettings.DEFAULT, this.threads, this.a);
		peers.start();
		engine.agree();
		engine.refuses = true;
		assertThat(peers.send("b", new Frame.Cancel(1))).isTrue();
		Awaitility.await().untilAsserted(() -> assertThat(this.a.log).endsWith("lost b"));
		assertThat(peers.send("b", new Frame.Cancel(2))).isFalse();
		engine.refuses = false;
		engine.listener().viewChanged(new ClusterView(2, List.of("a", "b"), Set.of()));
		assertThat(peers.send("b", new Frame.Cancel(3))).isTrue();
		Awaitility.await().untilAsserted(() -> assertThat(engine.last()).isEqualTo(Envelope.greeting(2, 5)));
	}

	/** The task that reports the end runs later than the next session begins. */
	@Test
	void reportsAnEndBeforeFramesOfTheNextSession() {
		StubEngine engine = new StubEngine();
		Deque<Runnable> tasks = new ArrayDeque<>();
		Peers peers = new Peers(engine, "a", CODEC, new PeerSettings(1), tasks::add, this.a);
		peers.start();
		engine.listener().received("b", Envelope.greeting(5, 1).toBytes());
		peers.send("b", new Frame.Cancel(1));
		assertThat(peers.send("b", new Frame.Cancel(2))).isFalse();
		engine.listener().received("b", frame(1, 9));
		assertThat(this.a.log).endsWith("view [a, b]", "lost b");
		peers.send("b", new Frame.Cancel(3));
		assertThat(peers.send("b", new Frame.Cancel(4))).isFalse();
		engine.listener().received("b", Envelope.greeting(5, 3).toBytes());
		engine.listener().received("b", frame(3, 10));
		while (!tasks.isEmpty()) {
			tasks.remove().run();
		}
		assertThat(this.a.log).endsWith("view [a, b]", "lost b", "lost b", "b 10");
	}

	@Test
	void receivesNoFrameBeforeTheViewWithItsNode() {
		StubEngine engine = new StubEngine();
		this.a.onView = () -> {
			engine.listener().received("b", Envelope.greeting(5, 1).toBytes());
			engine.listener().received("b", frame(1, 9));
		};
		new Peers(engine, "a", CODEC, PeerSettings.DEFAULT, this.threads, this.a).start();
		assertThat(this.a.log).containsExactly("view [a, b]");
	}

	/** Returns a frame of the session 5. */
	private static byte[] frame(long acknowledged, long id) {
		return new Envelope(5, acknowledged, CODEC.encode(new Frame.Cancel(id)), 0).toBytes();
	}

	/** Many threads send while sessions end all the time. */
	@Test
	void callsTheListenerForOneNodeByOneThreadAtATime() throws Exception {
		Recorder counting = new Recorder();
		counting.keep = false;
		Map<String, Peers> peers = new ConcurrentHashMap<>();
		for (String name : List.of("a", "b")) {
			Peers each = new Peers(this.network.engine(name), name, CODEC, new PeerSettings(300), this.threads,
					name.equals("a") ? counting : new Recorder());
			peers.put(name, each);
			each.start();
		}
		CountDownLatch ended = new CountDownLatch(4);
		for (int i = 0; i < 4; i++) {
			String to = (i < 2) ? "b" : "a";
			Peers from = peers.get((i < 2) ? "a" : "b");
			this.threads.execute(() -> {
				for (int burst = 1; counting.lost.get() < 50 || counting.received.get() < 50; burst++) {
					LongStream.range(0, burst).forEach((id) -> from.send(to, new Frame.Cancel(id)));
					while (from.backlog(to) > 0) {
						Thread.onSpinWait();
					}
				}
				ended.countDown();
			});
		}
		ended.await();
		assertThat(counting.overlaps).isFalse();
	}

	private Peers join(String name, PeerListener listener) {
		Peers peers = new Peers(this.network.engine(name), name, CODEC, PeerSettings.DEFAULT,
				this.network.executor(name), listener);
		peers.start();
		return peers;
	}

	/** Records what it receives. */
	private static final class Recorder implements PeerListener {

		private final List<String> log = Collections.synchronizedList(new ArrayList<>());

		private final Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();

		private final AtomicBoolean overlaps = new AtomicBoolean();

		private final AtomicInteger lost = new AtomicInteger();

		private final AtomicInteger received = new AtomicInteger();

		private boolean keep = true;

		private Runnable onView = () -> {
		};

		private LongConsumer onFrame = (id) -> {
		};

		@Override
		public void viewChanged(ClusterView view) {
			add("view " + view.nodes());
			this.onView.run();
		}

		@Override
		public void received(String node, Frame frame) {
			alone(node, () -> {
				this.received.incrementAndGet();
				add(node + " " + ((Frame.Cancel) frame).id());
				this.onFrame.accept(((Frame.Cancel) frame).id());
			});
		}

		@Override
		public void lost(String node) {
			alone(node, () -> {
				this.lost.incrementAndGet();
				add("lost " + node);
			});
		}

		private void add(String entry) {
			if (this.keep) {
				this.log.add(entry);
			}
		}

		private void alone(String node, Runnable call) {
			AtomicInteger callers = this.inside.computeIfAbsent(node, (key) -> new AtomicInteger());
			if (callers.incrementAndGet() > 1) {
				this.overlaps.set(true);
			}
			call.run();
			Thread.yield();
			callers.decrementAndGet();
		}

	}

	/** The engine of the node a, in a view with b. */
	private static final class StubEngine implements ClusterEngine {

		private final List<byte[]> sent = Collections.synchronizedList(new ArrayList<>());

		private volatile @Nullable CountDownLatch blocker;

		private volatile boolean refuses;

		private @Nullable ClusterListener listener;

		@Override
		public void start(ClusterListener listener) {
			this.listener = listener;
			listener.viewChanged(new ClusterView(1, List.of("a", "b"), Set.of()));
		}

		@Override
		public void stop() {
		}

		@Override
		public void send(String node, byte[] frame) {
			if (this.refuses) {
				throw new IllegalStateException("refused by the test");
			}
			CountDownLatch wait = this.blocker;
			try {
				if (wait != null) {
					wait.await();
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.sent.add(frame);
		}

		CountDownLatch block() {
			CountDownLatch latch = new CountDownLatch(1);
			this.blocker = latch;
			return latch;
		}

		/** The other node has the session 5. */
		void agree() {
			Awaitility.await().untilAsserted(() -> assertThat(last()).isEqualTo(Envelope.greeting(1, 0)));
			listener().received("b", Envelope.greeting(5, 1).toBytes());
			Awaitility.await().untilAsserted(() -> assertThat(last()).isEqualTo(Envelope.greeting(1, 5)));
		}

		ClusterListener listener() {
			assertThat(this.listener).isNotNull();
			return this.listener;
		}

		/** Returns the last frame, {@code null} for a greeting. */
		@Nullable Frame lastFrame() {
			Envelope last = last();
			byte[] content = last.content();
			return (content != null) ? CODEC.decode(content, last.start()) : null;
		}

		Envelope last() {
			assertThat(this.sent).isNotEmpty();
			return Envelope.read(this.sent.get(this.sent.size() - 1));
		}

	}

}
