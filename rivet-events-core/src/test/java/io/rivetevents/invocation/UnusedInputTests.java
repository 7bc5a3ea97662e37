/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ActorTarget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An input that no code can see is not kept.
 */
class UnusedInputTests {

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private byte @Nullable [] stored(Object actor) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, actor)) {
			harness.directory()
				.resolve(new ActorTarget.Create(ActorHarness.address(actor.getClass(), "k"),
						"\"large\"".getBytes(StandardCharsets.UTF_8)))
				.block(ActorHarness.PATIENCE);
			StoredActor stored = this.store.load(ActorHarness.address(actor.getClass(), "k"));
			assertThat(stored).isNotNull();
			return stored.input();
		}
	}

	@Test
	void isNotKeptByAnActorThatTakesNone() {
		assertThat(stored(new Blind())).isNull();
	}

	@Test
	void isKeptByAnActorThatTakesIt() {
		assertThat(stored(new Taking())).isNotNull();
	}

	@Test
	void isKeptByAnActorThatMayAskForIt() {
		assertThat(stored(new Asking())).isNotNull();
	}

	static class Blind {

		@OnBeforeConnect
		void check(@ConnParams @Nullable String params) {
		}

		@Action
		String echo(Connection<?> connection, String text) {
			return text;
		}

	}

	static class Taking {

		@OnCreate
		void create(@Input String input) {
		}

	}

	static class Asking {

		@Action
		String ask(ActorContext<?, ?> c) {
			return c.input(String.class);
		}

	}

}
