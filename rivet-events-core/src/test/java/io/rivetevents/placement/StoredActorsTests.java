/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class StoredActorsTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final Store store = new Store();

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(savingRarely(), this.store, this.room);

	private final StoredActors actors = this.harness.node().storedActors();

	private static ActorSettings savingRarely() {
		ActorSettings defaults = ActorSettings.DEFAULTS;
		return new ActorSettings(defaults.actionTimeout(), defaults.connectionHookTimeout(),
				defaults.lifecycleHookTimeout(), defaults.sleepTimeout(), Duration.ofMinutes(5),
				defaults.mailboxCapacity(), defaults.maxKeySize(), defaults.maxInputSize(), false, defaults.history(),
				defaults.state(), defaults.hibernation());
	}

	@AfterEach
	void close() {
		this.harness.close();
	}

	private String say(String text) {
		return this.harness.call(Room.class, "k", "say", text).stringValue();
	}

	private String state() {
		return new String(this.store.load(ROOM).state(), StandardCharsets.UTF_8);
	}

	private void sleep() {
		this.harness.call(Room.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	private StoredActor.Builder old() {
		return StoredActor.builder("an-id", ROOM)
			.version(7)
			.format(3)
			.createdAt(Instant.parse("2020-01-01T00:00:00Z"))
			.savedAt(Instant.parse("2021-01-01T00:00:00Z"));
	}

	private void put(StoredActor actor) {
		this.store.save(actor, 0);
	}

	@Test
	void exportsWhatIsStored() {
		put(old().state("{\"price\":0.10,\"b\":null}".getBytes(StandardCharsets.UTF_8))
			.input("[1]".getBytes(StandardCharsets.UTF_8))
			.build());
		assertThat(this.actors.export(ROOM)).isEqualTo(
				"{\"document\":1,\"namespace\":\"default\",\"name\":\"Room\",\"key\":[\"k\"],\"actorId\":\"an-id\","
						+ "\"version\":7,\"format\":3,\"createdAt\":\"2020-01-01T00:00:00Z\","
						+ "\"savedAt\":\"2021-01-01T00:00:00Z\",\"state\":{\"price\":0.10,\"b\":null},\"input\":[1]}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"price\":0.10}", "null", "{\"n\":123456789012345678901234567890.12345678901234567890}",
			"{\"broken", "" })
	void putsBackTheSameBytesInAnotherStore(String state) {
		put(old().state(state.getBytes(StandardCharsets.UTF_8)).build());
		String document = this.actors.export(ROOM);
		this.store.delete(old().build());
		StoredActor restored = this.actors.restore(document);
		assertThat(state()).isEqualTo(state);
		assertThat(this.store.load(ROOM)).isSameAs(restored)
			.returns("an-id", StoredActor::actorId)
			.returns(3, StoredActor::format)
			.returns(8L, StoredActor::version)
			.returns(Instant.parse("2020-01-01T00:00:00Z"), StoredActor::createdAt);
		assertThat(restored.savedAt()).isAfter(Instant.parse("2026-01-01T00:00:00Z"));
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	@Test
	void putsBackAnInstanceWithoutAState() {
		put(old().build());
		String document = this.actors.export(ROOM);
		this.store.delete(old().build());
		assertThat(this.actors.restore(document)).returns(null, StoredActor::state).returns(null, StoredActor::input);
	}

	@Test
	void anInstanceInMemoryStopsWithoutSavingAndItsClientsReconnect() {
		say("one");
		sleep();
		String document = this.actors.export(ROOM);
		say("two");
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		long version = this.store.load(ROOM).version();
		StoredActor restored = this.actors.restore(document);
		assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
		assertThat(this.harness.node().size()).isZero();
		assertThat(restored.version()).isEqualTo(version + 1);
		assertThat(this.store.load(ROOM)).isSameAs(restored);
		assertThat(this.room.slept).hasValue(1);
		assertThat(say("three")).isEqualTo("one three");
	}

	@Test
	void aSleepingInstanceIsReplaced() {
		say("one");
		sleep();
		String document = this.actors.export(ROOM);
		say("two");
		sleep();
		this.actors.restore(document);
		assertThat(say("three")).isEqualTo("one three");
	}

	@Test
	void aStateThatCannotBeReadIsRepaired() {
		put(old().format(0).state("{\"said\":[\"one\"]}".getBytes(StandardCharsets.UTF_8)).build());
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> say("two"))
			.returns("state_unreadable", RivetException::code);
		this.actors.restore(this.actors.export(ROOM).replace("[\"one\"]", "\"one\""));
		assertThat(say("two")).isEqualTo("one two");
	}

	@Test
	void theHistoryOfTheReplacedStateEnds() {
		put(old().epoch("before").reserved(2000).marks("m").owner("node").build());
		StoredActor restored = this.actors.restore(this.actors.export(ROOM));
		assertThat(restored.epoch()).isNotNull().isNotEqualTo("before").hasSizeLessThanOrEqualTo(64);
		assertThat(restored).returns(2000L, StoredActor::reserved)
			.returns("m", StoredActor::marks)
			.returns(null, StoredActor::owner);
	}

	@Test
	void triesAgainWhenAnotherNodeSaves() {
		put(old().build());
		String document = this.actors.export(ROOM);
		this.store.overtaken.set(2);
		assertThat(this.actors.restore(document).version()).isEqualTo(10);
		this.store.overtaken.set(3);
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> this.actors.restore(document));
	}

	@Test
	void doesNotReplaceAnotherInstance() {
		put(old().build());
		String document = this.actors.export(ROOM);
		assertThatIllegalStateException()
			.isThrownBy(() -> this.actors.restore(document.replace("\"an-id\"", "\"other\"")))
			.withMessage("Room[k] is another instance: delete it before putting back the one with id other");
		assertThatIllegalStateException().isThrownBy(() -> this.actors.restore(document.replace("[\"k\"]", "[\"x\"]")))
			.withMessage("The id an-id belongs to another instance: delete it before putting back Room[x]");
		assertThat(this.store.load(ROOM).version()).isEqualTo(7);
	}

	@Test
	void namesWhatIsMissing() {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.actors.export(ROOM))
			.returns("not_found", RivetException::code);
		put(old().build());
		String foreign = this.actors.export(ROOM).replace("\"Room\"", "\"Hall\"");
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> this.actors.restore(foreign))
			.returns("not_registered", RivetException::code);
	}

	@ParameterizedTest
	@ValueSource(strings = { "document", "namespace", "name", "key", "actorId", "version", "format", "createdAt",
			"savedAt" })
	void anIncompleteDocumentIsRejected(String name) {
		put(old().build());
		String document = this.actors.export(ROOM).replace("\"" + name + "\":", "\"x\":");
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.restore(document))
			.withMessageContaining("\"" + name + "\"");
		assertThat(this.store.load(ROOM).version()).isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "[]", "7",
			"{\"document\":1,\"namespace\":\"n\",\"name\":\"Room\",\"key\":[1],\"actorId\":\"a\",\"version\":1,"
					+ "\"format\":0,\"createdAt\":\"2020-01-01T00:00:00Z\",\"savedAt\":\"2020-01-01T00:00:00Z\"}",
			"{\"document\":1,\"namespace\":\"n\",\"name\":\"Room\",\"key\":[],\"actorId\":\"a\",\"version\":-1,"
					+ "\"format\":0,\"createdAt\":\"2020-01-01T00:00:00Z\",\"savedAt\":\"2020-01-01T00:00:00Z\"}",
			"{\"document\":1,\"namespace\":\"n\",\"name\":\"Room\",\"key\":[],\"actorId\":\"a\",\"version\":1,"
					+ "\"format\":0,\"createdAt\":\"yesterday\",\"savedAt\":\"2020-01-01T00:00:00Z\"}" })
	void anInvalidDocumentIsRejected(String document) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.restore(document));
	}

	@Test
	void failsWhereItWouldBlockOrDeadlock() {
		put(old().format(0).state("{}".getBytes(StandardCharsets.UTF_8)).build());
		String document = this.actors.export(ROOM);
		this.room.work = () -> this.actors.restore(document);
		assertThat(this.harness.call(Room.class, "k", "work").stringValue()).contains("it would deadlock");
		Mono<String> onTimer = Mono.fromCallable(() -> this.actors.export(ROOM)).subscribeOn(Schedulers.parallel());
		assertThatIllegalStateException().isThrownBy(() -> onTimer.block(ActorHarness.PATIENCE))
			.withMessageContaining("must not block");
	}

	@Test
	void listsInstancesWithTheirFormats() {
		put(old().build());
		put(StoredActor.builder("b", ActorHarness.address(Room.class, "l")).version(1).format(4).build());
		assertThat(this.actors.list("default", "Room", null, 10)).extracting(StoredActor::format).containsExactly(3, 4);
		assertThat(this.actors.list("default", "Room", "k", 10)).extracting(StoredActor::actorId).containsExactly("b");
		assertThatIllegalArgumentException().isThrownBy(() -> this.actors.list("default", "Room", null, 0));
	}

	private static final class Store extends DelegatingActorStateStore {

		private final AtomicInteger overtaken = new AtomicInteger();

		Store() {
			super(new MemoryActorStateStore());
		}

		@Override
		public void commit(Change change) {
			if (this.overtaken.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0) {
				StoredActor present = load(change.actor().address());
				delegate().save(present.toBuilder().version(present.version() + 1).build(), present.version());
			}
			super.commit(change);
		}

	}

	static class Room {

		private final AtomicInteger slept = new AtomicInteger();

		private volatile Runnable work;

		static class State {

			public String said = "";

			public BigDecimal price;

		}

		@CreateState
		State create() {
			return new State();
		}

		@Action
		String say(ActorContext<State, ?> c, String text) {
			State state = c.state();
			state.said = (state.said + " " + text).strip();
			return state.said;
		}

		@Action
		String work() {
			try {
				this.work.run();
				return "done";
			}
			catch (IllegalStateException ex) {
				return ex.getMessage();
			}
		}

		@Action
		void sleep(ActorContext<State, ?> c) {
			c.sleep();
		}

		@OnSleep
		void slept() {
			this.slept.incrementAndGet();
		}

	}

}
