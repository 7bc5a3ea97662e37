/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The time-out of a call without a connection counts from its arrival, also if the caller
 * has to be let in by a turn of its own before the action.
 */
class ArrivalTimeoutTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Plain plain = new Plain();

	private final Hooked hooked = new Hooked();

	private final HookedByContext hookedByContext = new HookedByContext();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.plain, this.hooked,
			this.hookedByContext);

	@AfterEach
	void close() {
		this.harness.close();
	}

	private Mono<JsonNode> call(Actions actor, String action) {
		return this.harness.directory()
			.call(ActorHarness.target(actor.getClass(), "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
					this.harness.request(0, action));
	}

	@ParameterizedTest
	@CsvSource({ "plain, quick", "plain, aside", "hooked, quick", "hooked, aside", "hookedByContext, quick",
			"hookedByContext, aside" })
	void countsWhatItWaitsForItsTurn(String name, String action) {
		Actions actor = switch (name) {
			case "plain" -> this.plain;
			case "hooked" -> this.hooked;
			default -> this.hookedByContext;
		};
		call(actor, "touch").block(PATIENCE);
		Mono<JsonNode> held = call(actor, "hold").cache();
		held.subscribe();
		Awaitility.await().until(() -> actor.holding);
		RivetException ex = catchThrowableOfType(RivetException.class, () -> call(actor, action).block(PATIENCE));
		assertThat(Objects.requireNonNull(ex).code()).isEqualTo("action_timed_out");
		actor.release.tryEmitEmpty();
		held.block(PATIENCE);
		call(actor, "touch").block(PATIENCE);
		assertThat(actor.ran).as("the action has run").hasValue(0);
	}

	abstract static class Actions {

		final Sinks.Empty<Void> release = Sinks.empty();

		volatile boolean holding;

		final AtomicInteger ran = new AtomicInteger();

		@Action(timeout = "1m")
		Mono<Void> hold() {
			this.holding = true;
			return this.release.asMono();
		}

		@Action
		void touch() {
		}

		@Action(timeout = "300ms")
		void quick() {
			this.ran.incrementAndGet();
		}

		@Action(timeout = "300ms", interleave = true)
		Mono<Void> aside() {
			return Mono.fromRunnable(this.ran::incrementAndGet);
		}

	}

	@Actor("plain")
	static class Plain extends Actions {

	}

	@Actor("hooked")
	static class Hooked extends Actions {

		@OnBeforeConnect
		void check() {
		}

	}

	@Actor("hookedByContext")
	static class HookedByContext extends Actions {

		@OnBeforeConnect
		void check(ActorContext<?, ?> c) {
		}

	}

}
