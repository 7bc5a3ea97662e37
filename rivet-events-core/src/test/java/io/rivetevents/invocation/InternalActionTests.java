/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/**
 * For clients, an internal action does not exist.
 */
class InternalActionTests {

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room);

	@AfterEach
	void close() {
		this.harness.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "purge", "quick", "interleaved", "scheduled" })
	void serverCodeCallsIt(String action) {
		this.harness.call(Room.class, "k", action);
		this.harness.actors().getOrCreate("Room", "k").call(action, Void.class).block(ActorHarness.PATIENCE);
		assertThat(this.room.runs).hasValue(2);
	}

	@Test
	void anotherActionOfTheInstanceCallsIt() {
		this.harness.callAsClient(Room.class, "k", "open");
		assertThat(this.room.runs).hasValue(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "purge", "quick", "interleaved", "scheduled" })
	void isNotFoundOverHttp(String action) {
		assertNotFound(action, () -> this.harness.callAsClient(Room.class, "k", action));
	}

	@ParameterizedTest
	@CsvSource({ "purge,", "quick,", "interleaved,", "scheduled,", "purge, key", "interleaved, key" })
	void isNotFoundOverAConnection(String action, @Nullable String key) {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					new ToServer.ActionRequest(7, action, List.of(), new ToServer.CallOptions(false, null, key)));
		Awaitility.await().until(() -> !client.messages(ToClient.Error.class).isEmpty());
		assertThat(client.messages(ToClient.Error.class)).singleElement()
			.extracting(ToClient.Error::code, ToClient.Error::message, ToClient.Error::actionId)
			.containsExactly("action_not_found", "Action `%s` was not found.".formatted(action), 7L);
		assertThat(this.room.runs).hasValue(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "purge", "interleaved" })
	void isNotFoundForAPrediction(String action) {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		assertNotFound(action,
				() -> this.harness.directory()
					.predict(ActorHarness.target(Room.class, "k"), client.connectionId(),
							this.harness.request(0, action))
					.block(ActorHarness.PATIENCE));
	}

	@Test
	void isNotFoundForASnapshot() {
		RecordedOutbound client = new RecordedOutbound("c");
		ConnectRequest request = ConnectRequest.extended(null, Identity.ANONYMOUS,
				new StreamRequest(List.of(), null, StreamRequest.StreamProof.NEW, "s", "secret",
						new ToServer.Snapshot("purge", List.of()), null, Duration.ofSeconds(10)));
		this.harness.connect(Room.class, "k", request, client);
		assertThat(client.messages(ToClient.Welcome.class)).singleElement()
			.extracting(ToClient.Welcome::snapshot, type(ToClient.SnapshotResult.class))
			.extracting((snapshot) -> snapshot.error().code())
			.isEqualTo("action_not_found");
		assertThat(this.room.runs).hasValue(0);
	}

	/** Listeners of an application receive calls of actions that do not exist. */
	@Test
	void listenersOfItsNameReceiveCallsOfClients() {
		AtomicInteger heard = new AtomicInteger();
		this.harness.listeners().add("Room", "purge", (connection, args) -> heard.incrementAndGet());
		assertThat(this.harness.callAsClient(Room.class, "k", "purge").isMissingNode()).isTrue();
		assertThat(heard).hasValue(1);
		assertThat(this.room.runs).hasValue(0);
	}

	@Test
	void isNotInTheContract() {
		InvocationServices services = new InvocationServices(this.harness.mapper(), this.harness.contracts(),
				InvocationServices.Neighbours.NONE);
		AnnotatedActorType actor = new AnnotatedActorType("Room", Room.class, this.room, ActorSettings.DEFAULTS,
				services);
		assertThat(actor.contract().actions()).extracting(ActorContract.ActionContract::name).containsExactly("open");
	}

	private void assertNotFound(String action, ThrowingCallable call) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(call)
			.withMessage("Action `%s` was not found.".formatted(action))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("action_not_found"));
		assertThat(this.room.runs).hasValue(0);
	}

	static class Room {

		private final AtomicInteger runs = new AtomicInteger();

		@Action(internal = true)
		void purge() {
			this.runs.incrementAndGet();
		}

		@Action(internal = true, blocking = false)
		void quick() {
			this.runs.incrementAndGet();
		}

		@Action(internal = true, interleave = true)
		Mono<Void> interleaved() {
			return Mono.fromRunnable(this.runs::incrementAndGet);
		}

		@ActorSchedule(every = "1d")
		void scheduled() {
			this.runs.incrementAndGet();
		}

		@Action(interleave = true)
		Mono<Void> open(ActorContext<?, ?> c) {
			return c.self().call("purge", Void.class);
		}

	}

}
