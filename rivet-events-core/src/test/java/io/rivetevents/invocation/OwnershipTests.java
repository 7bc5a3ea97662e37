/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Two nodes over one store. Which of them owns the instances, and which nodes each of
 * them has in its view, is set by each test.
 */
class OwnershipTests {

	private static final ActorAddress K = ActorHarness.address(Counter.class, "k");

	private final ObservedStore store = new ObservedStore();

	private final Map<String, Node> nodes = new ConcurrentHashMap<>();

	/** What instances have passed on, until they are woken. */
	private final Map<ActorAddress, HandOver> handOvers = new ConcurrentHashMap<>();

	private final Node a = new Node("a");

	private final Node b = new Node("b");

	@AfterEach
	void close() {
		this.store.failing = false;
		this.store.unreadable = false;
		this.a.gate.countDown();
		this.b.gate.countDown();
		this.a.harness.close();
		this.b.harness.close();
	}

	// Taking

	@Test
	void storesTheNodeThatCreatesAndThatWakesAnInstance() {
		own(this.a);
		assertThat(this.a.call("add")).isEqualTo(1);
		assertThat(row().owner()).isEqualTo("a");
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		this.a.view = Set.of("a", "b");
		own(this.b);
		assertThat(this.b.call("add")).isEqualTo(2);
		assertThat(row().owner()).isEqualTo("b");
	}

	@Test
	void takesFromANodeThatIsGone() {
		own(this.a);
		this.a.call("add");
		this.a.call("save");
		this.b.view = Set.of("b");
		own(this.b);
		assertThat(this.b.call("add")).isEqualTo(2);
		assertThat(row().generation()).isEqualTo(2);
		assertThat(this.b.asked).isEmpty();
	}

	@Test
	void takesFromALiveNodeWithItsLastChanges() {
		own(this.a);
		RecordedOutbound client = this.a.harness.connect(Counter.class, "k", null);
		this.a.call("add"); // not saved yet
		own(this.b);
		List<Integer> results = Flux.range(0, 10)
			.flatMap((i) -> this.b.ask("add"))
			.collectList()
			.block(ActorHarness.PATIENCE);
		assertThat(results).containsExactlyInAnyOrderElementsOf(IntStream.range(2, 12).boxed().toList());
		assertThat(this.b.asked).containsExactly("a");
		assertThat(this.a.harness.node().holds(K)).isFalse();
		assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
	}

	@Test
	void waitsForTheTurnOfTheOtherNode() {
		own(this.a);
		Mono<Integer> slow = this.a.ask("addSlowly").cache();
		slow.subscribe();
		Awaitility.await().until(() -> !this.a.harness.node().atWork().isEmpty());
		own(this.b);
		Mono<Integer> next = this.b.ask("add").cache();
		next.subscribe();
		Awaitility.await().until(() -> !this.b.asked.isEmpty());
		this.a.gate.countDown();
		assertThat(slow.block(ActorHarness.PATIENCE)).isEqualTo(1);
		assertThat(next.block(ActorHarness.PATIENCE)).isEqualTo(2);
	}

	@Test
	void doesNotWakeWhatTheOtherNodeKeeps() {
		own(this.a);
		this.a.call("add");
		own(this.b);
		this.a.keeps = true;
		expectRestarting(() -> this.b.call("add"));
		Awaitility.await().until(() -> !this.b.harness.node().holds(K));
		assertThat(row().owner()).isEqualTo("a");
		this.a.keeps = false;
		assertThat(this.b.call("add")).isEqualTo(2);
	}

	@Test
	void createsWhatTheOtherNodeHasDeletedInTheMeantime() {
		own(this.a);
		this.a.call("add");
		own(this.b);
		this.a.deletes = true;
		assertThat(this.b.call("add")).isEqualTo(1);
	}

	@Test
	void neitherWakesNorCreatesWhatItDoesNotOwn() {
		own(this.a);
		expectRestarting(() -> this.b.call("add"));
		assertThat(row()).isNull();
		this.a.call("add");
		expectRestarting(() -> this.b.call("add"));
		assertThat(row().owner()).isEqualTo("a");
		assertThat(this.b.asked).isEmpty();
	}

	@Test
	void showsAnInstanceOfAnotherNodeAsItIsStored() {
		own(this.a);
		this.a.call("add");
		String id = row().actorId();
		assertThat(this.b.harness.directory().find(new ActorTarget.ById(id)).block(ActorHarness.PATIENCE))
			.satisfies((info) -> assertThat(info.actorId()).isEqualTo(id));
		assertThat(this.b.harness.node().size()).isZero();
	}

	// Fencing

	@Test
	void aFencedNodeIsNotedBeforeTheInstanceCanBeWokenAgain() {
		own(this.a);
		this.a.call("add");
		this.b.view = Set.of("b");
		this.b.owner = this.b;
		assertThat(this.b.call("add")).isEqualTo(1); // the change of a was not saved
		expectRestarting(() -> this.a.call("save"));
		assertThat(this.a.fenced).containsExactly(K);
		Awaitility.await().until(() -> !this.a.harness.node().holds(K));
		this.a.view = Set.of("a");
		expectRestarting(() -> this.a.call("add"));
		assertThat(this.b.call("save")).isEqualTo(1);
	}

	@Test
	void aClientWhoseCallIsFencedDoesNotLearnWhatHasHappened() {
		fenceA();
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.a.harness.callAsClient(Counter.class, "k", "save"))
			.satisfies((ex) -> assertThat(ex.closeReason()).isEqualTo(CloseReason.of(ErrorCode.OUTCOME_UNKNOWN)));
	}

	@Test
	void aClientMayRepeatAFencedCallThatHasAKey() {
		own(this.a);
		RecordedOutbound client = this.a.harness.connect(Counter.class, "k", null);
		this.a.call("save");
		this.b.view = Set.of("b");
		this.b.owner = this.b;
		this.b.call("save");
		this.a.harness.directory()
			.deliver(K, client.connectionId(), new ToServer.ActionRequest(1, "addDurably", List.of(),
					new ToServer.CallOptions(false, null, "key")));
		Awaitility.await().until(() -> !client.messages(ToClient.Error.class).isEmpty());
		assertThat(client.messages(ToClient.Error.class)).singleElement()
			.satisfies((error) -> assertThat(error.code()).isEqualTo("restarting"));
		assertThat(this.b.call("save")).isZero();
	}

	/** A node may meet others while the store is away: turns must not wait for it. */
	@Test
	void isComparedAgainAfterAPauseIfTheStoreFails() {
		fenceA();
		this.store.unreadable = true;
		int before = this.store.loaded.get();
		this.a.merges = 1;
		for (int i = 0; i < 5; i++) {
			assertThat(this.a.call("get")).isEqualTo(1);
		}
		assertThat(this.store.loaded).hasValue(before + 1);
		this.store.unreadable = false;
		this.a.owner = null;
		Awaitility.await().untilAsserted(() -> expectRestarting(() -> this.a.call("get")));
	}

	/** Lets node b take the instance of node a, which does not notice. */
	private void fenceA() {
		own(this.a);
		this.a.call("add");
		this.b.view = Set.of("b");
		this.b.owner = this.b;
		this.b.call("add");
	}

	@Test
	void aNodeThatIsFencedByItsLastSaveIsNotedAsWell() {
		fenceA();
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		assertThat(this.a.fenced).containsExactly(K);
	}

	// Release

	@Test
	void releasesWhatIsNotInMemoryAtOnce() {
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		assertThat(this.a.harness.node().size()).isZero();
	}

	@Test
	void keepsWhatCannotBeSavedForAnotherNode() {
		own(this.a);
		this.a.call("add");
		this.store.failing = true;
		Mono<HandOver> released = this.a.harness.node().release(K).cache();
		released.subscribe();
		Awaitility.await().until(() -> this.store.failed > 0 && this.a.harness.node().atWork().isEmpty());
		assertThat(this.a.call("get")).isEqualTo(1);
		this.store.failing = false;
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		released.block(ActorHarness.PATIENCE);
		own(this.b);
		assertThat(this.b.call("get")).isEqualTo(1);
	}

	@Test
	void endsSelectedInstances() {
		own(this.a);
		for (String key : List.of("x", "y", "z")) {
			this.a.harness.call(Counter.class, key, "add");
		}
		this.a.harness.node()
			.releaseIf((address) -> !address.key().serialize().equals("y"))
			.block(ActorHarness.PATIENCE);
		assertThat(this.a.harness.node().size()).isEqualTo(1);
		assertThat(this.a.harness.node().holds(ActorHarness.address(Counter.class, "y"))).isTrue();
	}

	// Schedules

	@Test
	void runsASchedulesOnItsOwnerAloneAndChangesNoOther() {
		own(this.a);
		this.a.call("addLater");
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		own(this.b);
		Awaitility.await().until(() -> this.b.counter.runs.size() == 1);
		assertThat(this.b.call("get")).isEqualTo(1);
		assertThat(this.a.counter.runs).isEmpty();
		assertThat(this.store.postponed).isEmpty();
		assertThat(this.store.due(Instant.MAX, null, 10)).isEmpty();
	}

	/** As long as it is due, each node finds it once a second. */
	@Test
	void loadsTheInstanceOfAScheduleOnceOnOtherNodes() {
		own(this.a);
		this.a.call("addLater");
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		this.a.owner = null;
		this.b.owner = null;
		Awaitility.await().until(() -> this.a.refusals.get() >= 3 && this.b.refusals.get() >= 3);
		assertThat(this.store.loadedById).hasValue(2);
		own(this.b);
		Awaitility.await().until(() -> this.b.counter.runs.size() == 1);
	}

	@Test
	void startsWithWhatAnotherNodeHasSavedWhileItWasTaken() {
		own(this.a);
		this.a.call("save");
		this.a.harness.node().release(K).block(ActorHarness.PATIENCE);
		this.b.view = Set.of("b");
		own(this.b);
		this.store.before = () -> {
			StoredActor row = row();
			this.store.save(row.toBuilder().version(row.version() + 1).build(), row.version());
		};
		assertThat(this.b.call("get")).isZero();
		assertThat(this.b.refused).containsExactly(K);
		assertThat(this.b.fenced).isEmpty();
	}

	private void own(Node owner) {
		this.a.owner = owner;
		this.b.owner = owner;
	}

	private @Nullable StoredActor row() {
		return this.store.load(K);
	}

	private static void expectRestarting(Runnable call) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(call::run)
			.satisfies((ex) -> assertThat(ex.closeReason()).isEqualTo(CloseReason.of(ErrorCode.RESTARTING)));
	}

	static class Counter {

		private final Queue<Integer> runs = new ConcurrentLinkedQueue<>();

		private final Node node;

		Counter(Node node) {
			this.node = node;
		}

		@CreateState
		int[] create() {
			return new int[1];
		}

		@Action
		int add(ActorContext<int[], ?> c) {
			return ++c.state()[0];
		}

		@Action(blocking = true)
		int addSlowly(ActorContext<int[], ?> c) throws InterruptedException {
			this.node.gate.await();
			return ++c.state()[0];
		}

		@Action
		int get(ActorContext<int[], ?> c) {
			return c.state()[0];
		}

		@Action(durable = true)
		int save(ActorContext<int[], ?> c) {
			return c.state()[0];
		}

		@Action(durable = true)
		int addDurably(ActorContext<int[], ?> c) {
			return ++c.state()[0];
		}

		@Action(durable = true)
		int addLater(ActorContext<int[], ?> c) {
			c.schedule().after(Duration.ofMillis(1500), "run");
			return 0;
		}

		@Action(durable = true)
		void run(ActorContext<int[], ?> c) {
			this.runs.add(++c.state()[0]);
		}

	}

	/** A node, and what it knows. */
	private final class Node implements Ownership {

		private final String name;

		private final Counter counter = new Counter(this);

		private final ActorHarness harness;

		private final CountDownLatch gate = new CountDownLatch(1);

		private final Queue<String> asked = new ConcurrentLinkedQueue<>();

		private final Queue<ActorAddress> fenced = new ConcurrentLinkedQueue<>();

		private final Queue<ActorAddress> refused = new ConcurrentLinkedQueue<>();

		/** How often it did not own an address. */
		private final AtomicInteger refusals = new AtomicInteger();

		private volatile Set<String> view = Set.of("a", "b");

		private volatile @Nullable Node owner;

		private volatile boolean keeps;

		private volatile boolean deletes;

		private volatile long merges;

		Node(String name) {
			this.name = name;
			this.harness = ActorHarness.withOwnership(this, OwnershipTests.this.store, this.counter);
			OwnershipTests.this.nodes.put(name, this);
		}

		int call(String action) {
			return this.harness.call(Counter.class, "k", action).asInt();
		}

		Mono<Integer> ask(String action) {
			return this.harness.directory()
				.call(ActorHarness.target(Counter.class, "k"), null, this.harness.request(0, action))
				.map((output) -> output.asInt());
		}

		@Override
		public String node() {
			return this.name;
		}

		@Override
		public boolean owns(ActorAddress address) {
			boolean owned = this.owner == this;
			if (!owned) {
				this.refusals.incrementAndGet();
			}
			return owned;
		}

		@Override
		public Mono<Boolean> take(StoredActor stored) {
			String other = stored.owner();
			if (!owns(stored.address())) {
				return refused();
			}
			if (other == null || other.equals(this.name)) {
				return NOT_RELEASED;
			}
			if (!this.view.contains(other)) {
				return this.fenced.contains(stored.address()) ? refused() : NOT_RELEASED;
			}
			this.asked.add(other);
			return OwnershipTests.this.nodes.get(other).release(stored.address()).thenReturn(true);
		}

		private Mono<Void> release(ActorAddress address) {
			if (this.keeps) {
				return refused();
			}
			return this.deletes ? this.harness.directory().destroy(new ActorTarget.Get(address))
					: this.harness.node()
						.release(address)
						.doOnNext((handOver) -> OwnershipTests.this.handOvers.put(address, handOver))
						.then();
		}

		private static <T> Mono<T> refused() {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}

		@Override
		public @Nullable HandOver handedOver(StoredActor stored) {
			HandOver handOver = OwnershipTests.this.handOvers.remove(stored.address());
			return (handOver != null && handOver.isFor(stored)) ? handOver : null;
		}

		@Override
		public long merges() {
			return this.merges;
		}

		@Override
		public void fenced(ActorAddress address) {
			this.fenced.add(address);
		}

		@Override
		public void refused(ActorAddress address) {
			this.refused.add(address);
		}

	}

	/** Fails if a test wants it. */
	private static final class ObservedStore extends DelegatingActorStateStore {

		private final Queue<DueSchedule> postponed = new ConcurrentLinkedQueue<>();

		private volatile boolean failing;

		private volatile int failed;

		private final AtomicInteger loadedById = new AtomicInteger();

		private volatile boolean unreadable;

		private final AtomicInteger loaded = new AtomicInteger();

		/** Runs once, before the next change is stored. */
		private volatile @Nullable Runnable before;

		ObservedStore() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.failing) {
				this.failed++;
				throw new IllegalStateException("Not available");
			}
			Runnable first = this.before;
			this.before = null;
			if (first != null) {
				first.run();
			}
			super.commit(change);
		}

		@Override
		public @Nullable StoredActor load(ActorAddress address) {
			this.loaded.incrementAndGet();
			if (this.unreadable) {
				throw new IllegalStateException("Not available");
			}
			return super.load(address);
		}

		@Override
		public @Nullable StoredActor loadById(String actorId) {
			this.loadedById.incrementAndGet();
			return super.loadById(actorId);
		}

		@Override
		public void postpone(DueSchedule due, Instant until) {
			this.postponed.add(due);
			super.postpone(due, until);
		}

	}

}
