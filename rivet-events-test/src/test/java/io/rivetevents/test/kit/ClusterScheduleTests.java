/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Schedules of two nodes, each of which finds the schedules of both.
 */
@ActorTest(nodes = 2)
class ClusterScheduleTests {

	private static final Duration DELAY = Duration.ofSeconds(10);

	@Autowired
	private ActorTester tester;

	private TestConnection connect(int node, String key) {
		return this.tester.connect(Room.class, key).at(node).subscribe("said");
	}

	private int owner() {
		return this.tester.owner(Room.class, "x");
	}

	/** Returns the name of the node that has loaded the instance last. */
	private String loadedBy(String key) {
		return Objects.requireNonNull(Objects.requireNonNull(this.tester.store().load(address(key))).owner());
	}

	private static ActorAddress address(String key) {
		return new ActorAddress("default", "room", ActorKey.of(key));
	}

	@Test
	void eachScheduleRunsOnceAtTheOwnerOfItsInstance() {
		List<String> keys = IntStream.range(0, 20).mapToObj((i) -> "k" + i).toList();
		List<TestConnection> clients = keys.stream()
			.map((key) -> connect(1, key).perform("sayLater", DELAY.toMillis(), key))
			.toList();
		assertThat(keys.stream().map((key) -> this.tester.owner(Room.class, key))).contains(1, 2);
		this.tester.advance(DELAY.multipliedBy(2));
		for (int i = 0; i < keys.size(); i++) {
			clients.get(i).expectEvent("said", keys.get(i));
			clients.get(i).expectNoEvent().expectOpen().call("all").expectReply(List.of(keys.get(i)));
			assertThat(loadedBy(keys.get(i))).isEqualTo("node-" + this.tester.owner(Room.class, keys.get(i)));
		}
	}

	@Test
	void theOwnerWakesASleepingInstance() {
		Duration delay = Duration.ofMinutes(10);
		connect(3 - owner(), "x").perform("sayLater", delay.toMillis(), "late").close();
		this.tester.advance(delay.multipliedBy(2));
		assertThat(loadedBy("x")).isEqualTo("node-" + owner());
		connect(1, "x").call("all").expectReply(List.of("good night", "late", "good night"));
	}

	@Test
	void theNextOwnerRunsWhatAKilledOneHasLeft() {
		int owner = owner();
		TestConnection client = connect(3 - owner, "x").perform("sayLater", DELAY.toMillis(), "late");
		this.tester.advance(DELAY.dividedBy(2));
		this.tester.kill(owner);
		client.expectOpen().expectResynced().expectNoEvent();
		this.tester.advance(DELAY);
		client.expectEvent("said", "late");
		this.tester.start(owner);
		this.tester.advance(DELAY);
		client.expectNoEvent();
		assertThat(all(owner)).containsOnlyOnce("late");
	}

	@Test
	void theNextOwnerRunsWhatTheKilledOneCouldNotCommit() {
		int owner = owner();
		TestConnection client = connect(3 - owner, "x").perform("sayLater", DELAY.toMillis(), "late");
		this.tester.store().onCommit().of(address("x")).always().fail(new IllegalStateException("the store is away"));
		this.tester.advance(DELAY.plusSeconds(1));
		client.expectNoEvent();
		this.tester.kill(owner);
		this.tester.store().clear();
		this.tester.advance(DELAY);
		client.expectEvent("said", "late");
		assertThat(all(3 - owner)).containsOnlyOnce("late");
	}

	@Test
	void theNextOwnerDoesNotRepeatWhatTheKilledOneHasCommitted() {
		int owner = owner();
		connect(3 - owner, "x").perform("sayLater", DELAY.toMillis(), "late");
		this.tester.store().onCommit().of(address("x")).failAfterwards(new IllegalStateException("no answer"));
		this.tester.advance(DELAY);
		this.tester.kill(owner);
		this.tester.advance(DELAY);
		assertThat(all(3 - owner)).containsOnlyOnce("late");
	}

	private List<String> all(int node) {
		return List.of(Objects.requireNonNull(connect(node, "x").call("all").value(String[].class)));
	}

}
