/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a method of an actor sees of its own instance.
 */
class ActorContextTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Counter());

	@AfterEach
	void close() {
		this.harness.close();
		Counter.self.set(null);
	}

	@Test
	void handleOnItselfCallsTheInstanceFromOtherThreads() {
		this.harness.call(Counter.class, "k", "add", 3);
		ActorHandle self = Counter.self.get();
		assertThat(block(self.call("add", Integer.class, 4))).isEqualTo(7);
		assertThat(block(self.resolve()).address()).isEqualTo(ActorHarness.address(Counter.class, "k"));
	}

	@Test
	void handleOnItselfWakesTheInstance() {
		this.harness.call(Counter.class, "k", "add", 3);
		this.harness.call(Counter.class, "k", "nap");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(block(Counter.self.get().call("add", Integer.class, 4))).isEqualTo(7);
	}

	@Test
	void handleOnItselfDoesNotReachTheNextInstanceOfTheKey() {
		this.harness.call(Counter.class, "k", "add", 3);
		ActorHandle self = Counter.self.get();
		block(self.destroy());
		this.harness.call(Counter.class, "k", "add", 1);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> block(self.call("add", Integer.class, 4)))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("not_found"));
	}

	@Test
	void handleOnItselfSendsEventsToItsConnections() {
		this.harness.connect(Counter.class, "k", null);
		assertThat(block(Counter.self.get().send("ticked").whenDone()).targeted()).isOne();
	}

	/** The deadlock that the Javadoc names. */
	@Test
	void actionThatWaitsForItsOwnInstanceTimesOut() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Counter.class, "k", "waitForItself"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("action_timed_out"));
		assertThat(this.harness.call(Counter.class, "k", "awaitItself").intValue()).isZero();
	}

	@Test
	void findsAConnectionById() {
		RecordedOutbound client = this.harness.connect(Counter.class, "k", null);
		assertThat(this.harness.call(Counter.class, "k", "find", client.connectionId()).stringValue())
			.isEqualTo(client.connectionId());
		assertThat(this.harness.call(Counter.class, "k", "find", "other").isNull()).isTrue();
		this.harness.directory().disconnected(ActorHarness.address(Counter.class, "k"), client.connectionId());
		assertThat(this.harness.call(Counter.class, "k", "find", client.connectionId()).isNull()).isTrue();
	}

	@Test
	void createsAnotherInstanceWithInput() {
		for (String action : List.of("createWithParts", "createWithKey")) {
			assertThat(this.harness.call(Counter.class, "k", action, "first").stringValue()).isEqualTo("first");
			assertThat(this.harness.call(Counter.class, "k", action, "second").stringValue()).isEqualTo("first");
		}
	}

	private static <T> T block(Mono<T> result) {
		return result.block(ActorHarness.PATIENCE);
	}

	@Actor(actionTimeout = "1s")
	static class Counter {

		static final AtomicReference<@Nullable ActorHandle> self = new AtomicReference<>();

		@CreateState
		int[] create() {
			return new int[1];
		}

		@OnCreate
		void created(ActorContext<?, ?> c) {
			self.set(c.self());
		}

		@Action
		int add(ActorContext<int[], ?> c, int n) {
			return c.state()[0] += n;
		}

		@Action
		void nap(ActorContext<?, ?> c) {
			c.sleep();
		}

		@Action
		Mono<Integer> waitForItself(ActorContext<?, ?> c) {
			return c.self().call("add", Integer.class, 0);
		}

		@Action(interleave = true)
		Mono<Integer> awaitItself(ActorContext<?, ?> c) {
			return c.self().call("add", Integer.class, 0);
		}

		@Action
		@Nullable String input(ActorContext<?, ?> c) {
			return c.input(String.class);
		}

		@Action
		Mono<String> createWithParts(ActorContext<?, ?> c, String input) {
			return c.actorWithInput(input, "Counter", "parts", "k").call("input", String.class);
		}

		@Action
		Mono<String> createWithKey(ActorContext<?, ?> c, String input) {
			return c.actorWithInput(input, "Counter", ActorKey.of("key")).call("input", String.class);
		}

		@Action
		@Nullable String find(ActorContext<?, ?> c, String id) {
			Connection<?> found = c.conn(id);
			return (found != null) ? found.id() : null;
		}

	}

}
