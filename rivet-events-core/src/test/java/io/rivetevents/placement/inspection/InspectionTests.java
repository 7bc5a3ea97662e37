/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class InspectionTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private boolean fails;

	private final ActorStateStore store = new DelegatingActorStateStore(new MemoryActorStateStore()) {

		@Override
		public List<StoredActor> list(String namespace, String name, String after, int limit) {
			if (InspectionTests.this.fails) {
				throw new IllegalStateException("Not today");
			}
			return super.list(namespace, name, after, limit);
		}

	};

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room, new Fragile());

	private final Inspection inspection = this.harness.node().createInspection();

	@AfterEach
	void close() {
		this.room.released.countDown();
		this.harness.close();
	}

	private InstanceReport describe(ActorAddress address) {
		return this.inspection.describe(address).block(ActorHarness.PATIENCE);
	}

	private void sleep(String key) {
		ActorAddress address = ActorHarness.address(Room.class, key);
		assertThat(this.inspection.sleep(address).block(ActorHarness.PATIENCE)).isTrue();
	}

	private String call(String key, String action) {
		return this.harness.call(Room.class, key, action, "hi").stringValue();
	}

	private List<InstancePage.Entry> listAll(int limit) {
		List<InstancePage.Entry> all = new ArrayList<>();
		String next = null;
		do {
			InstancePage page = this.inspection.list("default", "Room", next, limit).block(ActorHarness.PATIENCE);
			assertThat(page.instances()).hasSizeLessThanOrEqualTo(limit);
			all.addAll(page.instances());
			next = page.next();
		}
		while (next != null);
		return all;
	}

	@Test
	void describesAnAwakeInstance() {
		this.harness.connectUser(Room.class, "k", "ada");
		call("k", "say");
		InstanceReport report = describe(ROOM);
		assertThat(report.status()).isEqualTo(InstanceStatus.AWAKE);
		assertThat(report.info().address()).isEqualTo(ROOM);
		assertThat(report.state()).isEqualTo(new InstanceState(report.state().json(), true, null));
		assertThat(report.state().json()).asString().isEqualTo("[\"hi\"]");
		assertThat(report.contents().saved()).isFalse();
		assertThat(report.pendingTurns()).isZero();
		assertThat(report.contents().position().sequence()).isEqualTo(1);
		assertThat(report.contents().schedules()).isEmpty();
		assertThat(report.connections()).extracting(ActorConnection::user).containsExactly("ada");
		assertThat(report.unused()).isBetween(Duration.ZERO, ActorHarness.PATIENCE);
	}

	@Test
	void readsWithoutUsingTheInstance() {
		call("k", "say");
		sleep("k");
		call("k", "read"); // the state is not used
		long version = this.store.load(ROOM).version();
		Duration unused = describe(ROOM).unused();
		InstanceReport report = describe(ROOM);
		assertThat(report.contents().saved()).isTrue();
		assertThat(report.unused()).isGreaterThan(unused);
		assertThat(this.store.load(ROOM).version()).isEqualTo(version);
	}

	@Test
	void describesASleepingInstanceWithoutWakingIt() {
		call("k", "say");
		sleep("k");
		InstanceReport report = describe(ROOM);
		assertThat(report.status()).isEqualTo(InstanceStatus.SLEEPING);
		assertThat(report.state()).isEqualTo(new InstanceState(report.state().json(), true, null));
		assertThat(report.state().json()).asString().isEqualTo("[\"hi\"]");
		assertThat(report.contents()).isNull();
		assertThat(report.savedAt()).isNotNull();
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void doesNotCreateAnInstance() {
		assertThat(describe(ROOM)).isNull();
		assertThat(this.inspection.sleep(ROOM).block(ActorHarness.PATIENCE)).isNull();
		assertThat(this.harness.node().size()).isZero();
	}

	@Test
	void doesNotWaitForABusyInstance() throws InterruptedException {
		this.harness.connectUser(Room.class, "k", "ada");
		Mono<?> call = this.harness.directory()
			.call(new ActorTarget.GetOrCreate(ROOM, null), null, this.harness.request(0, "block", "hi"))
			.cache();
		call.subscribe();
		this.room.blocked.await();
		for (int i = 0; i < 3; i++) {
			InstanceReport report = describe(ROOM);
			assertThat(report.status()).isEqualTo(InstanceStatus.BUSY);
			assertThat(report.state()).isNull();
			assertThat(report.connections()).hasSize(1);
			assertThat(report.pendingTurns()).isLessThanOrEqualTo(2); // one reader waits
		}
		this.room.released.countDown();
		call.block(ActorHarness.PATIENCE);
		Awaitility.await().untilAsserted(() -> assertThat(describe(ROOM).status()).isEqualTo(InstanceStatus.AWAKE));
	}

	@Test
	void severalReadersShareTheTurnThatReads() throws InterruptedException {
		CompletableFuture<JsonNode> call = this.harness.directory()
			.call(new ActorTarget.GetOrCreate(ROOM, null), null, this.harness.request(0, "block", "hi"))
			.toFuture();
		this.room.blocked.await();
		List<CompletableFuture<InstanceReport>> readers = IntStream.range(0, 3)
			.mapToObj((i) -> this.inspection.describe(ROOM).toFuture())
			.toList();
		this.room.released.countDown();
		assertThat(readers).allSatisfy((reader) -> assertThat(reader.get().status()).isEqualTo(InstanceStatus.AWAKE));
		call.join();
	}

	@Test
	void readsTheBeginningOfALongState() {
		String text = "x".repeat(1000);
		for (int i = 0; i < 300; i++) {
			this.harness.call(Room.class, "k", "say", text);
		}
		InstanceState unsaved = describe(ROOM).state();
		sleep("k");
		InstanceState stored = describe(ROOM).state();
		for (InstanceState state : List.of(unsaved, stored)) {
			assertThat(state.json()).hasSize(InstanceState.MAX_BYTES);
			assertThat(state.json()).asString().startsWith("[\"" + text + "\",");
			assertThat(state.whole()).isFalse();
		}
	}

	@Test
	void describesTheRestIfTheStateCannotBeWritten() {
		this.harness.call(Fragile.class, "k", "destroy");
		InstanceReport report = describe(ActorHarness.address(Fragile.class, "k"));
		assertThat(report.status()).isEqualTo(InstanceStatus.AWAKE);
		assertThat(report.contents()).isNotNull();
		assertThat(report.state().json()).isNull();
		assertThat(report.state().problem()).startsWith("The state cannot be written: ");
		this.harness.call(Fragile.class, "k", "repair");
	}

	@Test
	void aPageContinuesWithStoredInstances() {
		List.of("a", "b", "c").forEach((key) -> call(key, "say"));
		List.of("a", "b").forEach(this::sleep);
		InstancePage page = this.inspection.list("default", "Room", null, 10).block(ActorHarness.PATIENCE);
		assertThat(page.instances()).extracting(InstancePage.Entry::status)
			.containsExactly(InstanceStatus.AWAKE, InstanceStatus.SLEEPING, InstanceStatus.SLEEPING);
		assertThat(page.next()).isNull();
		sleep("c");
		assertThat(this.inspection.list("default", "Room", null, 2).block(ActorHarness.PATIENCE).instances())
			.hasSize(2);
	}

	@Test
	void aPageHasTheSmallestKeys() {
		List.of("d", "b", "e", "a", "c").forEach((key) -> call(key, "say"));
		InstancePage first = this.inspection.list("default", "Room", null, 2).block(ActorHarness.PATIENCE);
		assertThat(first.instances()).extracting((each) -> each.address().key().parts().get(0))
			.containsExactly("a", "b");
		InstancePage second = this.inspection.list("default", "Room", first.next(), 2).block(ActorHarness.PATIENCE);
		assertThat(second.instances()).extracting((each) -> each.address().key().parts().get(0))
			.containsExactly("c", "d");
	}

	@Test
	void listsInstancesInMemoryIfTheStoreFails() {
		call("k", "say");
		this.fails = true;
		InstancePage page = this.inspection.list("default", "Room", null, 10).block(ActorHarness.PATIENCE);
		assertThat(page.instances()).hasSize(1);
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.inspection.list("default", "Room", page.next(), 10).block(ActorHarness.PATIENCE));
		this.fails = false;
		sleep("k");
		this.fails = true;
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.inspection.list("default", "Room", null, 10).block(ActorHarness.PATIENCE));
	}

	@Test
	void listsEachInstanceOnceAndTheAwakeOnesFirst() {
		List<String> asleep = IntStream.range(0, 25).mapToObj((i) -> "k" + i).toList();
		asleep.forEach((key) -> call(key, "say"));
		asleep.forEach(this::sleep);
		List<String> awake = IntStream.range(25, 1000).mapToObj((i) -> "k" + i).toList();
		awake.forEach((key) -> call(key, "say"));
		for (int limit : new int[] { 100, 975, 1000 }) {
			List<InstancePage.Entry> all = listAll(limit);
			List<String> keys = all.stream().map((each) -> each.address().key().parts().get(0)).toList();
			assertThat(all.subList(0, 975)).extracting(InstancePage.Entry::status).containsOnly(InstanceStatus.AWAKE);
			assertThat(all.subList(975, 1000)).extracting(InstancePage.Entry::status)
				.containsOnly(InstanceStatus.SLEEPING);
			assertThat(keys).doesNotHaveDuplicates();
			assertThat(new HashSet<>(keys.subList(0, 975))).isEqualTo(new HashSet<>(awake));
			assertThat(new HashSet<>(keys.subList(975, 1000))).isEqualTo(new HashSet<>(asleep));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "a/b", "\"", "\\", "\uD83C\uDF89", "awake:", "", " ", "%2F", "a,b", "<b>" })
	void findsAnyKey(String key) {
		ActorAddress address = ActorHarness.address(Room.class, key);
		this.harness.call(Room.class, key, "say", "hi");
		call("z", "say");
		assertThat(describe(address).address()).isEqualTo(address);
		assertThat(listAll(1)).extracting(InstancePage.Entry::address).hasSize(2).contains(address);
		sleep(key);
		assertThat(describe(address).status()).isEqualTo(InstanceStatus.SLEEPING);
		assertThat(listAll(1)).extracting(InstancePage.Entry::address).hasSize(2).contains(address);
	}

	@Test
	void namesTheNodeOfAnInstanceElsewhere() {
		call("k", "say");
		sleep("k");
		Ownership others = new Ownership() {

			@Override
			public String node() {
				return "a";
			}

			@Override
			public boolean owns(ActorAddress address) {
				return false;
			}

			@Override
			public String otherOwner(ActorAddress address) {
				return "b";
			}

			@Override
			public Mono<Boolean> take(StoredActor stored) {
				return NOT_RELEASED;
			}

			@Override
			public void fenced(ActorAddress address) {
			}

		};
		try (ActorHarness another = ActorHarness.withOwnership(others, this.store, new Room())) {
			Inspection elsewhere = another.node().createInspection();
			InstanceReport report = elsewhere.describe(ROOM).block(ActorHarness.PATIENCE);
			assertThat(report.status()).isEqualTo(InstanceStatus.ELSEWHERE);
			assertThat(report.node()).isEqualTo("b");
			assertThat(report.state()).isNull();
			assertThat(elsewhere.list("default", "Room", "stored:", 10).block(ActorHarness.PATIENCE).instances())
				.singleElement()
				.satisfies((entry) -> assertThat(entry.node()).isEqualTo("b"));
		}
	}

	@Test
	void refusesAnInvalidPage() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspection.list("default", "Room", null, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspection.list("default", "Room", null, 1001));
		assertThatIllegalArgumentException().isThrownBy(() -> this.inspection.list("default", "Room", "x", 1));
	}

	@Test
	void countsInstancesAndConnections() {
		this.harness.connectUser(Room.class, "a", "ada");
		this.harness.connectUser(Room.class, "b", "ada");
		this.harness.connectUser(Room.class, "b", "bob");
		call("c", "say");
		sleep("c");
		this.harness.actors().inNamespace("other").getOrCreate("Room", "a").resolve().block(ActorHarness.PATIENCE);
		Awaitility.await().untilAsserted(() -> {
			NodeCounts counts = this.inspection.count(); // a turn may not have ended yet
			assertThat(counts.actors()).isEqualTo(Map.of("Room", new ActorCounts(3, 0, 3, 0)));
			assertThat(counts.namespaces()).containsExactly("default", "other");
		});
	}

	static final class FragileState {

		private boolean broken;

		public String getText() {
			if (this.broken) {
				throw new IllegalStateException("No text");
			}
			return "";
		}

		public void setText(String text) {
		}

	}

	static final class Fragile {

		@CreateState
		FragileState create() {
			return new FragileState();
		}

		@Action
		String destroy(ActorContext<FragileState, Void> context) {
			context.state().broken = true;
			return "";
		}

		@Action
		String repair(ActorContext<FragileState, Void> context) {
			context.state().broken = false;
			return "";
		}

	}

	static final class Room {

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		@CreateState
		List<String> create() {
			return new ArrayList<>();
		}

		@Action
		String say(ActorContext<List<String>, Void> context, String text) {
			context.state().add(text);
			context.broadcast("said", text);
			return text;
		}

		@Action
		String read(String text) {
			return text;
		}

		@Action
		String block(String text) throws InterruptedException {
			this.blocked.countDown();
			this.released.await();
			return text;
		}

	}

}
