/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.cluster.status.ClusterStatus;
import io.rivetevents.connection.Receipt;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.test.network.SimulatedNetwork;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ClusterNode}: three nodes over a network in memory.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClusterNodeTests {

	private static final String KEY = "k";

	/** Opened by the test whose action waits. */
	private static final CountDownLatch GATE = new CountDownLatch(1);

	/** Ends the actions that wait without a thread. */
	private static volatile Mono<Void> stay = Mono.empty();

	private final ExecutorService deliveries = Executors.newSingleThreadExecutor();

	private final SimulatedNetwork network = SimulatedNetwork.immediate(this.deliveries);

	private final ActorStateStore store = new MemoryActorStateStore();

	private final ExecutorService writers = Executors.newCachedThreadPool();

	private Scheduler timers = Schedulers.newSingle("cluster-timers", true);

	private final Scheduler workers = Schedulers.newBoundedElastic(16, 10_000, "cluster-worker", 5, true);

	private final List<Member> members = IntStream.range(0, 3).mapToObj((i) -> new Member()).toList();

	@AfterEach
	void close() {
		this.members.forEach(Member::close);
		this.writers.shutdownNow();
		this.deliveries.shutdown();
		this.timers.dispose();
		this.workers.dispose();
	}

	private void start() {
		this.members.forEach((member) -> member.node.start());
		Awaitility.await().until(() -> this.members.stream().allMatch((member) -> member.node.status().nodes() == 3));
	}

	private Member owner() {
		return this.members.stream()
			.filter((member) -> member.membership.owns(ActorHarness.address(Counter.class, KEY)))
			.findFirst()
			.orElseThrow();
	}

	/** Returns the owner in a view of some members. */
	private Member owner(List<Member> view) {
		Membership all = new Membership("");
		all.apply(new ClusterView(1, view.stream().map(Member::name).toList(), Set.of()));
		String owner = all.owner(ActorHarness.address(Counter.class, KEY));
		return view.stream().filter((member) -> member.name().equals(owner)).findFirst().orElseThrow();
	}

	private Stream<Member> others(Member member) {
		return this.members.stream().filter((other) -> other != member);
	}

	@Test
	void callsAnInstanceFromEachNode() {
		start();
		assertThat(this.members.stream().map((member) -> member.call("add"))).containsExactly(1, 2, 3);
		assertThat(this.members).filteredOn((member) -> member.harness.node().size() == 1).containsExactly(owner());
		assertThat(others(owner()).findFirst().orElseThrow().node.status())
			.isEqualTo(new ClusterStatus(3, false, 0, 0, 0, new ClusterStatus.Counters(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)));
		assertThat(owner().counters().forwarded()).isZero();
	}

	@Test
	void goesOnAtAnotherNodeAfterALoss() {
		start();
		Member first = owner();
		first.call("addDurably");
		this.network.kill(first.name());
		Awaitility.await().until(() -> others(first).allMatch((member) -> member.node.status().nodes() == 2));
		List<Integer> results = others(first).map((member) -> member.call("add")).toList();
		assertThat(results).containsExactly(2, 3);
		assertThat(owner(others(first).toList()).counters().taken()).isOne();
	}

	/** The node leaves memory in the order of a planned stop. */
	@Test
	void failsNoCallOfAClientWhileANodeStops() {
		start();
		Member first = owner();
		first.call("add");
		Member other = others(first).findFirst().orElseThrow();
		Mono<Integer> calls = Flux.range(0, 500)
			.delayElements(Duration.ofMillis(1))
			.flatMap((i) -> other.ask("add"))
			.reduce(Math::max)
			.cache();
		calls.subscribe();
		Awaitility.await().until(() -> other.counters().forwarded() > 50);
		first.node.leave();
		first.harness.node().stop().block(ActorHarness.PATIENCE);
		first.node.stop();
		assertThat(calls.block(Duration.ofSeconds(20))).isEqualTo(501);
		assertThat(other.harness.node().size() + others(first).toList().get(1).harness.node().size()).isOne();
	}

	/** An action that takes longer than the node may wait. */
	@Test
	void savesWhatItCannotHandOverInTime() {
		start();
		Member first = owner();
		first.call("add");
		Mono<Integer> blocked = first.ask("block").cache();
		blocked.subscribe();
		Awaitility.await().until(() -> !first.harness.node().atWork().isEmpty());
		first.node.handOver(Duration.ofMillis(100)).block(ActorHarness.PATIENCE);
		assertThat(first.counters().notHandedOver()).isOne();
		assertThat(first.counters().handedOver()).isZero();
		Mono<Void> stopped = first.harness.node().stop().cache();
		stopped.subscribe();
		GATE.countDown();
		stopped.block(ActorHarness.PATIENCE);
		assertThat(blocked.block(ActorHarness.PATIENCE)).isEqualTo(2);
		first.node.stop();
		assertThat(others(first).findFirst().orElseThrow().call("add")).isEqualTo(3);
	}

	@Test
	void handsItsInstancesOver() {
		start();
		Member first = owner();
		first.call("add");
		first.node.handOver(Duration.ofSeconds(20)).block(ActorHarness.PATIENCE);
		assertThat(first.harness.node().size()).isZero();
		assertThat(first.counters().handedOver()).isOne();
		assertThat(first.counters().notHandedOver()).isZero();
		assertThat(first.call("add")).isEqualTo(2);
	}

	@Test
	void anotherNodeWakesWhatTheNextOwnerHasNotWokenBeforeItDied() {
		start();
		Member first = owner();
		first.call("add");
		Member next = owner(others(first).toList());
		this.network.kill(next.name());
		first.node.handOver(Duration.ofSeconds(20)).block(ActorHarness.PATIENCE);
		assertThat(first.counters().handedOver()).isOne();
		Member last = others(first).filter((member) -> member != next).findFirst().orElseThrow();
		assertThat(last.call("add")).isEqualTo(2);
	}

	/**
	 * With {@code -Drivet.test.moves=100000} in the extent of a large cluster. Pauses are
	 * printed, and those before, which are of the machine.
	 */
	@Test
	void aQuarterOfTheInstancesMovesToAFourthNode() {
		start();
		int number = Integer.getInteger("rivet.test.moves", 400);
		List<String> keys = IntStream.range(0, number).mapToObj((i) -> "m" + i).toList();
		Member caller = this.members.get(0);
		Flux.fromIterable(keys).flatMap((key) -> caller.ask(key, "add"), 64).blockLast(Duration.ofMinutes(5));
		Pauses before = new Pauses();
		IntStream.range(0, number / 100).forEach((i) -> before.add(caller, keys.get(i)));
		Member fourth = new Member();
		try {
			fourth.node.start();
			Pauses pauses = callUntilMoved(keys, caller, fourth);
			long moved = keys.stream().filter(fourth::owns).count();
			assertThat(moved).isBetween(number / 8L, number * 3L / 8);
			assertThat(fourth.counters().taken()).isBetween(1L, moved);
			System.out.printf("%d of %d instances moved, %d belong on the fourth node; calls %s, before %s%n",
					fourth.counters().taken(), number, moved, pauses, before);
		}
		finally {
			fourth.close();
		}
	}

	/** Calls instances, one after the other. */
	private Pauses callUntilMoved(List<String> keys, Member caller, Member joined) {
		Pauses pauses = new Pauses();
		for (int i = 1; i % 100 != 0 || !haveMoved(joined); i++) {
			pauses.add(caller, keys.get(i * 31 % keys.size()));
		}
		return pauses;
	}

	private boolean haveMoved(Member joined) {
		return joined.node.status().nodes() == 4 && this.members.stream()
			.allMatch((member) -> member.node.status().nodes() == 4
					&& member.harness.node().addresses().stream().allMatch(member.membership::owns));
	}

	@Test
	void stopsItsInstancesInTheSmallerPart() {
		start();
		Member first = owner();
		first.call("add");
		this.network.partition(Set.of(first.name()));
		Awaitility.await().until(() -> first.harness.node().size() == 0);
		assertThat(first.node.status().waiting()).isTrue();
		assertThat(first.counters().smallerPart()).isOne();
		this.network.heal();
		Awaitility.await().until(() -> !first.node.status().waiting());
		assertThat(first.ask("add").block(ActorHarness.PATIENCE)).isEqualTo(2);
	}

	/** As nodes that start at the same moment may do. */
	@Test
	void keepsNoCopyAfterItHasMetTheOthers() {
		this.network.partition(Set.of(this.members.get(0).name()));
		this.members.forEach((member) -> member.node.start());
		Awaitility.await()
			.until(() -> this.members.stream().map((member) -> member.node.status().nodes()).toList(),
					List.of(1, 2, 2)::equals);
		this.members.forEach((member) -> member.call("addDurably"));
		assertThat(this.members.stream().mapToInt((member) -> member.harness.node().size()).sum()).isEqualTo(2);
		this.network.heal();
		Awaitility.await().until(() -> this.members.stream().allMatch((member) -> member.node.status().nodes() == 3));
		Member owner = owner();
		Awaitility.await().until(() -> others(owner).allMatch((member) -> member.harness.node().size() == 0));
	}

	/** A node whose view is late takes an instance from one that has the new view. */
	@Test
	void comparesACopyThatANodeWithALateViewHasTaken() {
		Member owner = owner(this.members);
		Member late = others(owner).findFirst().orElseThrow();
		startLate(owner, late);
		assertThat(owner.call("addDurably")).isEqualTo(1);
		assertThat(late.call("addDurably")).isEqualTo(2);
		deliverView(late);
		assertThat(owner.call("add")).isEqualTo(3);
	}

	/** The other instance is of the same generation. */
	@Test
	void comparesACopyThatANodeWithALateViewHasDeletedAndCreatedAgain() {
		Member owner = owner(this.members);
		Member late = others(owner).findFirst().orElseThrow();
		startLate(owner, late);
		assertThat(owner.call("addDurably")).isEqualTo(1);
		late.node.directory()
			.destroy(new ActorTarget.Get(ActorHarness.address(Counter.class, KEY)))
			.block(ActorHarness.PATIENCE);
		assertThat(late.call("add")).isEqualTo(1);
		assertThat(late.call("addDurably")).isEqualTo(2);
		deliverView(late);
		assertThat(owner.call("add")).isEqualTo(3);
	}

	private void startLate(Member owner, Member late) {
		this.network.partition(Set.of(late.name()));
		this.members.forEach((member) -> member.node.start());
		Awaitility.await().until(() -> owner.node.status().nodes() == 2);
		this.network.holdViews(late.name());
		this.network.heal();
		Awaitility.await().until(() -> owner.node.status().nodes() == 3);
	}

	private void deliverView(Member late) {
		this.network.deliverViews(late.name());
		Awaitility.await().until(() -> late.node.status().nodes() == 3 && late.harness.node().size() == 0);
	}

	@Test
	void countsAnInstanceThatMovesToANodeThatJoins() {
		Member last = owner(this.members);
		List<Member> first = others(last).toList();
		first.forEach((member) -> member.node.start());
		Awaitility.await().until(() -> first.stream().allMatch((member) -> member.node.status().nodes() == 2));
		Member before = owner();
		before.call("add");
		last.node.start();
		Awaitility.await().until(() -> this.members.stream().allMatch((member) -> member.node.status().nodes() == 3));
		assertThat(last.call("add")).isEqualTo(2);
		Awaitility.await().until(() -> before.counters().released() == 1);
		assertThat(last.counters().taken()).isOne();
		assertThat(last.counters().released()).isZero();
	}

	/** All attempts to move it have been given up meanwhile. */
	@Test
	void eventsWaitForAnInstanceThatIsBusyAtItsLastNode() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		this.timers = time;
		List<Member> two = List.of(new Member(), new Member());
		Member last = owner(two);
		Member before = (last == two.get(0)) ? two.get(1) : two.get(0);
		before.node.start();
		OutboundQueue client = before.connect("said");
		Sinks.Empty<Void> busy = busy();
		before.ask("stay").subscribe();
		Awaitility.await().until(() -> !before.harness.node().atWork().isEmpty());
		last.node.start();
		Awaitility.await().until(() -> last.harness.node().size() == 1);
		long joined = time.now(TimeUnit.SECONDS);
		Awaitility.await().until(() -> {
			time.advanceTimeBy(Duration.ofSeconds(1));
			return last.harness.node().size() == 0 && time.now(TimeUnit.SECONDS) > joined + 40;
		});
		List<String> sent = new CopyOnWriteArrayList<>();
		last.send("one").subscribe((receipt) -> sent.add("one"));
		last.send("two").subscribe((receipt) -> sent.add("two"));
		time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(sent).isEmpty();
		busy.tryEmitEmpty();
		List<String> received = new ArrayList<>();
		Awaitility.await().until(() -> {
			time.advanceTimeBy(Duration.ofMillis(100));
			for (byte[] next = client.poll(); next != null; next = client.poll()) {
				received.add(new String(next, StandardCharsets.UTF_8));
			}
			return received.stream().anyMatch((message) -> message.contains("two"));
		});
		assertThat(sent).containsExactly("one", "two");
		assertThat(received.stream().filter((message) -> message.contains("said")))
			.satisfiesExactly((one) -> assertThat(one).contains("one"), (other) -> assertThat(other).contains("two"));
		Awaitility.await().until(() -> {
			time.advanceTimeBy(Duration.ofMillis(100));
			return two.stream().noneMatch((member) -> member.membership.expectsInstances());
		});
		two.forEach(Member::close);
	}

	/** Many more than those that move at the same time. */
	@Test
	void busyInstancesDoNotKeepOthersFromMoving() {
		Member first = this.members.get(0);
		Member second = this.members.get(1);
		Membership both = new Membership(second.name());
		both.apply(new ClusterView(1, List.of(first.name(), second.name()), Set.of()));
		List<String> keys = Stream.iterate(0, (i) -> i + 1)
			.map((i) -> "b" + i)
			.filter((key) -> both.owns(ActorHarness.address(Counter.class, key)))
			.limit(170)
			.toList();
		first.node.start();
		keys.forEach((key) -> first.ask(key, "add").block(ActorHarness.PATIENCE));
		Sinks.Empty<Void> busy = busy();
		List<String> idle = keys.subList(0, 20);
		keys.subList(20, keys.size()).forEach((key) -> first.ask(key, "stay").subscribe());
		Awaitility.await().until(() -> first.harness.node().atWork().size() == keys.size() - idle.size());
		second.node.start();
		Awaitility.await()
			.atMost(Duration.ofSeconds(8))
			.until(() -> idle.stream().allMatch((key) -> second.holds(key) && !first.holds(key)));
		busy.tryEmitEmpty();
		Awaitility.await().until(() -> first.harness.node().size() == 0);
	}

	private static Sinks.Empty<Void> busy() {
		Sinks.Empty<Void> busy = Sinks.empty();
		stay = busy.asMono();
		return busy;
	}

	@Test
	void logsInstancesThatMove(CapturedOutput output) {
		Member last = owner(this.members);
		others(last).forEach((member) -> member.node.start());
		Awaitility.await().until(() -> others(last).allMatch((member) -> member.node.status().nodes() == 2));
		owner().call("add");
		last.node.start();
		Awaitility.await().until(() -> output.getAll().contains("1 instance was moved to other nodes"));
	}

	@Test
	void countsAnInstanceThatAnotherNodeHasSaved() {
		this.network.partition(Set.of(this.members.get(0).name()));
		this.members.forEach((member) -> member.node.start());
		Awaitility.await().until(() -> this.members.get(2).node.status().nodes() == 2);
		Member alone = this.members.get(0);
		alone.call("addDurably");
		this.members.get(1).call("addDurably");
		StepVerifier.create(alone.ask("addDurably")).verifyError(RivetException.class);
		Awaitility.await().until(() -> alone.counters().fenced() == 1);
		assertThat(this.members.stream().mapToLong((member) -> member.counters().taken()).sum()).isOne();
	}

	/** Durations of calls, in nanoseconds. */
	private static final class Pauses {

		private final List<Long> all = new ArrayList<>();

		void add(Member caller, String key) {
			long begun = System.nanoTime();
			assertThat(caller.ask(key, "add").block(ActorHarness.PATIENCE)).isPositive();
			this.all.add(System.nanoTime() - begun);
		}

		@Override
		public String toString() {
			return "p50 %d ms, p99 %d ms, at most %d ms".formatted(millis(0.5), millis(0.99), millis(1));
		}

		private long millis(double part) {
			List<Long> sorted = this.all.stream().sorted().toList();
			return Duration.ofNanos(sorted.get((int) (part * (sorted.size() - 1)))).toMillis();
		}

	}

	/** A node of the cluster. */
	private final class Member implements Ownership {

		private final ActorHarness harness;

		private final Membership membership;

		private final ClusterOwnership ownership;

		private final ClusterNode node;

		Member() {
			ClusterNodeTests tests = ClusterNodeTests.this;
			this.harness = ActorHarness.withOwnership(this, tests.store, new Counter());
			this.membership = new Membership(name(), SmallerPart.WAIT, Duration.ofSeconds(30), tests.timers);
			this.ownership = new ClusterOwnership(this.membership,
					(other, operation) -> self().askNode(other, operation), tests.timers, LinkTimes.DEFAULTS.grace());
			ClusterNode.Parts parts = new ClusterNode.Parts(tests.network.engine(name()), this.membership,
					this.ownership, new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME)),
					this.harness.mapper(), Tracing.NONE, this.harness.connections(), this.harness.directory(),
					this.harness::node, tests.timers, tests.workers, tests.writers);
			this.node = new ClusterNode(parts, new ClusterNode.Settings(PeerSettings.DEFAULT, CallSettings.DEFAULTS,
					LinkTimes.DEFAULTS, Duration.ofSeconds(20)));
		}

		String name() {
			return this.harness.connections().node();
		}

		private ClusterNode self() {
			return this.node;
		}

		ClusterStatus.Counters counters() {
			return this.node.status().counters();
		}

		int call(String action) {
			return ask(action).block(ActorHarness.PATIENCE);
		}

		/** Connects a client of this node. */
		OutboundQueue connect(String event) {
			ConnectRequest request = this.harness.extended(event).withGateway(name());
			OutboundQueue queue = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1_000_000, 60_000),
					(waiting) -> {
					});
			this.harness.connections().register(request, queue);
			this.node.directory()
				.connect(ActorHarness.target(Counter.class, KEY), request)
				.block(ActorHarness.PATIENCE);
			return queue;
		}

		Mono<Receipt> send(String text) {
			return this.node.directory()
				.dispatch(new ActorTarget.Get(ActorHarness.address(Counter.class, KEY)), new AddressedEvent(
						Selection.ALL, true, "said", List.of(this.harness.mapper().toTree(text)), Set.of(), false));
		}

		boolean holds(String key) {
			return this.harness.node().holds(ActorHarness.address(Counter.class, key));
		}

		boolean owns(String key) {
			return this.membership.owns(ActorHarness.address(Counter.class, key));
		}

		Mono<Integer> ask(String action) {
			return ask(KEY, action);
		}

		Mono<Integer> ask(String key, String action) {
			return this.node.directory()
				.call(ActorHarness.target(Counter.class, key), ConnectRequest.stateless(null, Identity.ANONYMOUS),
						this.harness.request(0, action))
				.map((output) -> output.asInt());
		}

		void close() {
			this.node.stop();
			this.harness.close();
		}

		// The node is created after the harness

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
		public long merges() {
			return this.ownership.merges();
		}

		@Override
		public void fenced(ActorAddress address) {
			this.ownership.fenced(address);
		}

		@Override
		public void refused(ActorAddress address) {
			this.ownership.refused(address);
		}

	}

	/** An actor that counts. */
	static final class Counter {

		@CreateState
		int[] create() {
			return new int[1];
		}

		@Action
		int add(ActorContext<int[], ?> c) {
			return ++c.state()[0];
		}

		@Action(timeout = "60s")
		Mono<Integer> stay(ActorContext<int[], ?> c) {
			return stay.then(Mono.fromSupplier(() -> add(c)));
		}

		@Action(timeout = "60s")
		int block(ActorContext<int[], ?> c) throws InterruptedException {
			GATE.await();
			return add(c);
		}

		@Action(durable = true)
		int addDurably(ActorContext<int[], ?> c) {
			return add(c);
		}

	}

}
