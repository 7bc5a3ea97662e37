/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Variables of an instance from its coming into memory until it leaves.
 */
class CreateVarsTests {

	private final Room room = new Room();

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room, new Named(),
			new Later(), new Without());

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void areMadeBeforeTheInstanceIsCreatedAndEachTimeItWakes() {
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isEqualTo(1);
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isEqualTo(2);
		letSleep(Room.class);
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isEqualTo(1);
		assertThat(this.room.log).containsExactly("createState", "createVars state", "create 0", "wake 0",
				"createVars state", "wake 0");
	}

	@Test
	void areOfOneInstance() {
		this.harness.call(Room.class, "k", "count");
		assertThat(this.harness.call(Room.class, "other", "count").intValue()).isEqualTo(1);
	}

	@Test
	void areNeverStored() {
		this.harness.call(Room.class, "k", "count");
		letSleep(Room.class);
		assertThat(new String(this.store.load(ActorHarness.address(Room.class, "k")).state())).isEqualTo("\"state\"");
	}

	@Test
	void mayBeNamed() {
		assertThat(this.harness.call(Named.class, "k", "vars").toString())
			.isEqualTo("{\"made\":1,\"put\":true,\"same\":true}");
		letSleep(Named.class);
		assertThat(this.harness.call(Named.class, "k", "vars").toString())
			.isEqualTo("{\"made\":1,\"put\":true,\"same\":true}");
	}

	@Test
	void mayComeLater() {
		assertThat(this.harness.call(Later.class, "k", "vars").stringValue()).isEqualTo("later");
	}

	@Test
	void failTheCreation() {
		this.room.vars = () -> {
			throw new UserError("no_room", "No room");
		};
		assertThat(failure(Room.class, "count").code()).isEqualTo("no_room");
		this.room.vars = () -> {
			throw new IllegalStateException("of the test");
		};
		assertThat(failure(Room.class, "count").code()).isEqualTo("internal_error");
		this.room.vars = () -> null;
		assertThat(failure(Room.class, "count").code()).isEqualTo("internal_error");
		assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNull();
		assertThat(this.room.log).containsOnly("createState", "createVars state");
	}

	@Test
	void failTheWaking() {
		this.harness.call(Room.class, "k", "count");
		letSleep(Room.class);
		this.room.vars = () -> {
			throw new UserError("no_room", "No room");
		};
		assertThat(failure(Room.class, "count").code()).isEqualTo("no_room");
		assertThat(this.room.log).endsWith("createVars state");
		this.room.vars = Counter::new;
		assertThat(this.harness.call(Room.class, "k", "count").intValue()).isEqualTo(1);
		assertThat(this.room.log).filteredOn("createState"::equals).hasSize(1);
	}

	@Test
	void areOfTheTypeThatIsAskedFor() {
		assertThat(this.harness.call(Room.class, "k", "wrong").stringValue()).contains(Counter.class.getName(),
				"java.lang.String");
		assertThat(this.harness.call(Without.class, "k", "none").stringValue()).contains("@CreateVars");
	}

	@Test
	void refuseAMethodThatMakesNone() {
		assertInvalid(new Nothing(), "Nothing.createVars()", "must return the variables");
		assertInvalid(new NumberedMap(), "NumberedMap.createVars()", "Map<String, …>");
		assertInvalid(new RawMap(), "RawMap.createVars()", "Map<String, …>");
	}

	private RivetException failure(Class<?> actor, String action) {
		return catchThrowableOfType(RivetException.class, () -> this.harness.callAsClient(actor, "k", action));
	}

	private void letSleep(Class<?> actor) {
		this.harness.call(actor, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	private static void assertInvalid(Object actor, String... texts) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		InvocationServices support = new InvocationServices(mapper, new EventContracts(mapper),
				InvocationServices.Neighbours.NONE);
		assertThatExceptionOfType(InvalidActorException.class)
			.isThrownBy(() -> new AnnotatedActorType("it", actor.getClass(), actor, ActorSettings.DEFAULTS, support))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(texts));
	}

	static final class Counter {

		private final AtomicInteger count = new AtomicInteger();

	}

	static class Room {

		private final List<String> log = new CopyOnWriteArrayList<>();

		private volatile Supplier<@Nullable Counter> vars = Counter::new;

		@CreateState
		String createState() {
			this.log.add("createState");
			return "state";
		}

		@CreateVars
		@Nullable Counter createVars(ActorContext<String, ?> c) {
			this.log.add("createVars " + c.state());
			return this.vars.get();
		}

		@OnCreate
		void create(ActorContext<String, ?> c) {
			this.log.add("create " + c.vars(Counter.class).count);
		}

		@OnWake
		void wake(ActorContext<String, ?> c) {
			this.log.add("wake " + c.vars(Counter.class).count);
		}

		@Action
		int count(ActorContext<String, ?> c) {
			return c.vars(Counter.class).count.incrementAndGet();
		}

		@Action
		String wrong(ActorContext<String, ?> c) {
			return catchThrowableOfType(IllegalStateException.class, () -> c.vars(String.class)).getMessage();
		}

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

	static class Named {

		@CreateVars
		Map<String, Integer> createVars() {
			return Map.of("made", 1);
		}

		@OnWake
		void wake(ActorContext<?, ?> c) {
			c.vars().put("put", true);
		}

		@Action
		Map<String, Object> vars(ActorContext<?, ?> c) {
			c.vars().put("same", c.vars() == c.vars(Map.class));
			return new TreeMap<>(c.vars());
		}

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

	static class Later {

		@CreateVars
		CompletionStage<String> createVars() {
			return CompletableFuture.supplyAsync(() -> "later");
		}

		@Action
		String vars(ActorContext<?, ?> c) {
			return c.vars(String.class);
		}

	}

	static class Without {

		@Action
		String none(ActorContext<?, ?> c) {
			return catchThrowableOfType(IllegalStateException.class, () -> c.vars(String.class)).getMessage();
		}

	}

	static class Nothing {

		@CreateVars
		void createVars() {
		}

	}

	static class NumberedMap {

		@CreateVars
		Map<Integer, String> createVars() {
			return Map.of();
		}

	}

	static class RawMap {

		@CreateVars
		Map<?, ?> createVars() {
			return Map.of();
		}

	}

}
