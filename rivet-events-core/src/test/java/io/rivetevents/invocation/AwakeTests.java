/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Instances that are awake and those in the memory store have bounds of their own, and
 * what exists wakes whatever clients have created.
 */
class AwakeTests {

	private static final LimitSettings.Node NODE = LimitSettings.DEFAULTS.node();

	private static final int STORED = 10_000;

	private final ActorHarness harness = new ActorHarness(
			LimitSettings.DEFAULTS
				.withNode(new LimitSettings.Node(NODE.connections(), NODE.pendingBytes(), NODE.queuedBytes(),
						NODE.subscriptionBytes(), NODE.historyBytes(), NODE.answerBytes(), NODE.awakeBytes(), STORED,
						NODE.receivingBytes(), NODE.sendingBytes(), NODE.compressionBytes(), NODE.requestBytes())),
			new Room(), new Sleepless());

	private final Limits limits = this.harness.limits();

	@AfterEach
	void close() {
		this.harness.close();
	}

	private static ConnectRequest caller(String address, @Nullable String user) {
		try {
			return ConnectRequest.stateless(null,
					new Identity((user != null) ? () -> user : null, user, null, InetAddress.getByName(address)));
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private void create(String key, ConnectRequest caller) {
		this.harness.directory().resolve(ActorHarness.target(Room.class, key), caller).block(ActorHarness.PATIENCE);
	}

	private @Nullable RivetException refusal(String key, ConnectRequest caller) {
		return catchThrowableOfType(RivetException.class, () -> create(key, caller));
	}

	private void letSleep(String key) {
		this.harness.call(Room.class, key, "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	/** Takes a part of what is left, in eighths of the whole. */
	private static void take(ByteBudget budget, int eighths) {
		budget.acquire(budget.max() * eighths / 8 - budget.used() + 1);
	}

	@Test
	void wakesWhatIsInAFullStore() {
		create("honest", caller("192.0.2.1", null));
		letSleep("honest");
		take(this.limits.stored(), 9);
		assertThat(refusal("new", caller("192.0.2.2", null))).extracting(RivetException::code).isEqualTo("overloaded");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.harness.callAsClient(Room.class, "honest", "echo", "x").stringValue()).isEqualTo("x");
	}

	@Test
	void leavesAPartOfWhatMayBeAwakeToWhatExists() {
		create("honest", caller("192.0.2.1", null));
		letSleep("honest");
		take(this.limits.awake(), 7);
		assertThat(refusal("new", caller("192.0.2.2", null)).metadata()).asString().contains("awake-size");
		assertThat(this.harness.callAsClient(Room.class, "honest", "echo", "x").stringValue()).isEqualTo("x");
		take(this.limits.awake(), 8);
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(refusal("honest", caller("192.0.2.1", null)).code()).isEqualTo("overloaded");
		assertThat(this.limits.hits().count(Limit.NODE_AWAKE)).isPositive();
	}

	@Test
	void letsUnusedInstancesSleepEarlyWhileRoomIsScarce() {
		create("unused", caller("192.0.2.1", null));
		take(this.limits.awake(), 6);
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	/** Nor when there is room for no other instance. */
	@Test
	void letsAnInstanceSleepWhoseTimeoutIsNeverOnlyByItself() {
		create("unused", caller("192.0.2.1", null));
		this.harness.call(Sleepless.class, "k", "sleep", false);
		take(this.limits.awake(), 7);
		Awaitility.await().until(() -> this.harness.node().size() == 1);
		Awaitility.await().during(Duration.ofSeconds(2)).until(() -> this.harness.node().size() == 1);
		take(this.limits.awake(), 7);
		assertThat(refusal("new", caller("192.0.2.2", null)).code()).isEqualTo("overloaded");
		this.harness.call(Sleepless.class, "k", "sleep", true);
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	@Test
	void letsAnInstanceSleepWhoseTimeoutIsNeverAtShutdown() {
		MemoryActorStateStore store = new MemoryActorStateStore();
		try (ActorHarness closing = new ActorHarness(ActorSettings.DEFAULTS, store, new Sleepless())) {
			closing.call(Sleepless.class, "k", "sleep", false);
		}
		StoredActor stored = store.load(ActorHarness.address(Sleepless.class, "k"));
		assertThat(stored).isNotNull();
		assertThat(new String(stored.state(), StandardCharsets.UTF_8)).isEqualTo("[1]");
	}

	@Test
	void leavesHalfOfTheStoreToOthersThanACreator() {
		ConnectRequest greedy = caller("192.0.2.1", "mallory");
		int created = 0;
		while (created < 100 && refusal("greedy" + created, greedy) == null) {
			created++;
		}
		assertThat(created).isBetween(5, 12);
		for (int i = 0; i < created; i++) {
			this.harness.call(Room.class, "greedy" + i, "sleep");
		}
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(refusal("more", greedy)).isNotNull();
		assertThat(refusal("elsewhere", caller("192.0.2.9", "mallory"))).isNotNull();
		assertThat(refusal("other", caller("192.0.2.2", "ada"))).isNull();
		this.harness.directory().destroy(ActorHarness.target(Room.class, "greedy0")).block(ActorHarness.PATIENCE);
		assertThat(refusal("again", greedy)).isNull();
	}

	/** What is there is kept, and its creator creates no more. */
	@ParameterizedTest
	@CsvSource({ "192.0.2.1, mallory, 192.0.2.9, mallory", "192.0.2.1, mallory, 192.0.2.1, ada",
			"192.0.2.1, , 192.0.2.1, " })
	void countsWhatAStateHasGrownByForItsCreator(String address, @Nullable String user, String nextAddress,
			@Nullable String nextUser) {
		create("greedy", caller(address, user));
		this.harness.call(Room.class, "greedy", "grow", 6_000);
		letSleep("greedy");
		assertThat(refusal("more", caller(nextAddress, nextUser)).metadata()).asString().contains("stored-size");
		assertThat(refusal("other", caller("192.0.2.2", "bob"))).isNull();
		assertThat(this.harness.call(Room.class, "greedy", "size").intValue()).isEqualTo(6_000);
		this.harness.call(Room.class, "greedy", "grow", 10);
		this.harness.call(Room.class, "greedy", "sleep");
		Awaitility.await().until(() -> refusal("again", caller(nextAddress, nextUser)) == null);
	}

	@Test
	void countsAnInputWhoseStoreIsElsewhereWhileItsInstanceIsAwake() {
		try (ActorHarness elsewhere = new ActorHarness(ActorSettings.DEFAULTS, new Elsewhere(), new Room())) {
			byte[] input = ("\"" + "i".repeat(50_000) + "\"").getBytes(StandardCharsets.UTF_8);
			for (int times = 0; times < 2; times++) {
				elsewhere.directory()
					.resolve(new ActorTarget.GetOrCreate(ActorHarness.address(Room.class, "k"), input))
					.block(ActorHarness.PATIENCE);
				assertThat(elsewhere.limits().awake().used()).isBetween(50_000L, 60_000L);
				elsewhere.call(Room.class, "k", "sleep");
				Awaitility.await().until(() -> elsewhere.limits().awake().used() == 0);
			}
		}
	}

	@Test
	void countsTheWholeAddressOfAnInstance() {
		ActorAddress address = new ActorAddress("n".repeat(2000), "Room", ActorHarness.address(Room.class, "k").key());
		this.harness.directory().resolve(new ActorTarget.GetOrCreate(address, null)).block(ActorHarness.PATIENCE);
		assertThat(this.limits.awake().used()).isGreaterThan(8000);
	}

	static class Room {

		@CreateState
		String create() {
			return "state";
		}

		@Action
		String echo(ActorContext<?, ?> c, String text) {
			return text;
		}

		@Action
		void grow(ActorContext<String, ?> c, int length) {
			c.setState("x".repeat(length));
		}

		@Action
		int size(ActorContext<String, ?> c) {
			return c.state().length();
		}

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

	@Actor(name = "sleepless", sleepTimeout = "never")
	static class Sleepless {

		@CreateState
		List<Integer> create() {
			return new ArrayList<>();
		}

		@Action
		void sleep(ActorContext<List<Integer>, ?> c, boolean now) {
			c.state().add(1);
			if (now) {
				c.sleep();
			}
		}

	}

	/** A store whose memory is not this process's. */
	private static final class Elsewhere extends DelegatingActorStateStore {

		Elsewhere() {
			super(new MemoryActorStateStore());
		}

		@Override
		public long heapOf(StoredActor actor) {
			return 0;
		}

	}

}
