/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The first save reports a state that could not be loaded again, before it is lost.
 */
class StoredStateTests {

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final Room room = new Room();

	private ActorHarness harness;

	@BeforeEach
	void start() {
		this.harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room, new Bad(), new Lobby(),
				new BadLobby());
	}

	@AfterEach
	void stop() {
		this.harness.close();
	}

	private String stored() {
		return new String(this.store.load(ActorHarness.address(Room.class, "k")).state());
	}

	private String save(String action) {
		return this.harness.call(Room.class, "k", action).stringValue();
	}

	private void call(String action) {
		this.harness.call(Room.class, "k", action);
	}

	@Test
	void anActorWhoseStateCouldNotBeLoadedDoesNotStart() {
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new ActorHarness(ActorSettings.DEFAULTS, new Hidden()))
			.withMessageContaining("createState")
			.withMessageContaining("the state could be saved but not loaded: the field \"count\" of")
			.withMessageContaining("is not stored");
	}

	@Test
	void aSaveThatWouldLoseSomethingFailsOnceAndNamesThePaths() {
		assertThat(save("lose")).isEqualTo(
				"The loaded state would differ: $.keyed[0].id of " + Room.State.class.getName() + " would differ");
		assertThat(stored()).doesNotContain("\"keyed\":[{");
		assertThat(save("lose")).isEqualTo("saved");
		assertThat(save("lose")).isEqualTo("saved");
		assertThat(stored()).contains("\"keyed\":[{");
	}

	@Test
	void aDurableActionThatWouldLoseSomethingFails() {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("losing"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("internal_error"));
	}

	@Test
	void aStateThatCouldNotBeLoadedAtAllIsNotStored() {
		for (int i = 0; i < 2; i++) {
			assertThat(save("spoil"))
				.startsWith("The state is not saved because it could not be loaded again: $.odd of "
						+ Room.State.class.getName() + ": Cannot construct");
		}
		assertThat(stored()).doesNotContain("odd\":{");
	}

	@Test
	void anInstanceWhoseFirstStateWouldLoseSomethingIsNotCreated() {
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(RivetException.class)
				.isThrownBy(() -> this.harness.call(Bad.class, "k", "nothing"));
		}
		assertThat(this.store.load(ActorHarness.address(Bad.class, "k"))).isNull();
	}

	@Test
	void aSaveThatWouldChangeTheClassesOfValuesFailsOnceAndNamesThem() {
		assertThat(this.harness.call(Lobby.class, "k", "put").stringValue())
			.startsWith("The loaded state would differ: in java.util.Map<java.lang.String,java.lang.Object>, ")
			.contains("at balance: java.lang.Long is loaded as java.lang.Integer, "
					+ "at since: java.time.Instant is loaded as java.lang.String.")
			.endsWith("Declare the type of such a value, or annotate it with @JsonTypeInfo");
		byte[] stored = this.store.load(ActorHarness.address(Lobby.class, "k")).state();
		assertThat(new String(stored)).isEqualTo("{}");
		assertThat(this.harness.call(Lobby.class, "k", "put").stringValue()).isEqualTo("saved");
	}

	@Test
	void aStateThatKeepsTheClassesOfItsValuesIsReadBackAsItWas() {
		this.harness.call(Lobby.class, "k", "keep");
		this.harness.call(Lobby.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.harness.call(Lobby.class, "k", "read").stringValue()).isEqualTo("7 [x] {a=0.5}");
	}

	@Test
	void anInstanceWhoseFirstStateWouldChangeTheClassesOfValuesIsNotCreated() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(BadLobby.class, "k", "nothing"));
		assertThat(this.store.load(ActorHarness.address(BadLobby.class, "k"))).isNull();
	}

	@Test
	void theOrderOfASetATimeZoneAndWhatIsNeverTheSameDoNotCount() {
		call("harmless");
		assertThat(stored()).contains("+02:00").contains("tick");
	}

	@Test
	void comparesOnceForEachTimeInMemory() {
		call("harmless");
		int after = this.room.reads.get();
		call("harmless");
		call("harmless");
		assertThat(this.room.reads).hasValue(after);
		call("sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call("losing"));
	}

	static class Hidden {

		static class State {

			private int count;

			void add() {
				this.count++;
			}

		}

		@CreateState
		State createState() {
			return new State();
		}

		@Action
		void add(ActorContext<State, ?> c) {
			c.state().add();
		}

	}

	/** Each one that is read has another id. */
	static class Keyed {

		private final UUID id = UUID.randomUUID();

		public UUID getId() {
			return this.id;
		}

	}

	static class Bad {

		@CreateState
		Keyed createState() {
			return new Keyed();
		}

		@Action
		void nothing() {
		}

	}

	/** Written by a getter that its constructor refuses. */
	static class Odd {

		private final String kind;

		Odd(String kind, boolean checked) {
			this.kind = kind;
		}

		@JsonCreator
		static Odd of(@JsonProperty("kind") String kind) {
			throw new IllegalArgumentException("no such kind");
		}

		public String getKind() {
			return this.kind;
		}

	}

	static class Lobby {

		@CreateState
		Map<String, Object> createState() {
			return new HashMap<>();
		}

		@Action
		String put(ActorContext<Map<String, Object>, ?> c) {
			c.state().put("balance", 5L);
			c.state().put("since", Instant.EPOCH);
			c.state().put("name", "general");
			return Room.save(c);
		}

		@Action(durable = true)
		void keep(ActorContext<Map<String, Object>, ?> c) {
			c.state().putAll(Map.of("number", 7, "list", List.of("x"), "map", Map.of("a", 0.5)));
		}

		@Action
		String read(ActorContext<Map<String, Object>, ?> c) {
			Map<String, Object> state = c.state();
			return "%d %s %s".formatted((Integer) state.get("number"), state.get("list"), state.get("map"));
		}

		@Action
		void sleep(ActorContext<Map<String, Object>, ?> c) {
			c.sleep();
		}

	}

	static class BadLobby {

		static class State {

			public Object tags = Set.of("a");

		}

		@CreateState
		State createState() {
			return new State();
		}

		@Action
		void nothing() {
		}

	}

	static class Room {

		final AtomicInteger reads = new AtomicInteger();

		static class State {

			static @Nullable AtomicInteger created;

			public List<Keyed> keyed = new ArrayList<>();

			public @Nullable Odd odd;

			public Set<String> set = new HashSet<>(4);

			public Map<String, OffsetDateTime> times = new HashMap<>();

			public int changes;

			State() {
				AtomicInteger counter = created;
				if (counter != null) {
					counter.incrementAndGet();
				}
			}

			/** Another one each time. */
			public long getTick() {
				return System.nanoTime();
			}

		}

		@CreateState
		State createState() {
			State.created = this.reads;
			return new State();
		}

		@Action(durable = true)
		void losing(ActorContext<State, ?> c) {
			c.state().keyed.add(new Keyed());
		}

		@Action
		String lose(ActorContext<State, ?> c) {
			losing(c);
			return save(c);
		}

		@Action
		String spoil(ActorContext<State, ?> c) {
			c.state().odd = new Odd("a", true);
			return save(c);
		}

		static String save(ActorContext<?, ?> c) {
			try {
				c.saveState();
				return "saved";
			}
			catch (IllegalStateException ex) {
				return ex.getMessage();
			}
		}

		@Action(durable = true)
		void harmless(ActorContext<State, ?> c) {
			State state = c.state();
			state.changes++;
			state.set = new HashSet<>(512);
			IntStream.range(0, 200).forEach((i) -> state.set.add("element " + i * 31));
			state.times.put("now", OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.ofHours(2)));
		}

		@Action
		void sleep(ActorContext<State, ?> c) {
			c.sleep();
		}

	}

}
