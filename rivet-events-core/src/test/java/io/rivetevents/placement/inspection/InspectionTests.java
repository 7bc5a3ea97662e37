/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.invocation.ActorHarness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class InspectionTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room);

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
		assertThat(report.state()).isEqualTo("[\"hi\"]".getBytes(StandardCharsets.UTF_8));
		assertThat(report.contents().saved()).isFalse();
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
		assertThat(report.state()).isEqualTo("[\"hi\"]".getBytes(StandardCharsets.UTF_8));
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
		assertThat(this.inspection.counts()).isEqualTo(Map.of("Room", new ActorCounts(2, 0, 3, 0)));
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
