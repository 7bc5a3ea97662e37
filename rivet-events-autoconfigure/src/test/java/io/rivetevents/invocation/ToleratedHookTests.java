/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnDestroy;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.UserError;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hooks whose failure changes nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
class ToleratedHookTests {

	private static final String HOOKS = "DISCONNECT|STATE_CHANGE|SLEEP|DESTROY";

	static List<Arguments> failures() {
		List<Arguments> failures = new ArrayList<>();
		for (String hook : HOOKS.split("\\|")) {
			Supplier<RuntimeException> unexpected = () -> thrownIn(hook);
			Supplier<RuntimeException> meant = () -> new UserError("hook_fails", "The hook fails");
			failures.add(Arguments.of(hook, "unexpected", unexpected));
			failures.add(Arguments.of(hook, "meant for a client", meant));
		}
		return failures;
	}

	/** Failures of one place are logged once a minute. */
	private static RuntimeException thrownIn(String method) {
		RuntimeException failure = new IllegalStateException("The hook fails");
		failure.setStackTrace(new StackTraceElement[] { new StackTraceElement("Room", method, null, 1) });
		return failure;
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("failures")
	void isLoggedOnce(String hook, String kind, Supplier<RuntimeException> failure, CapturedOutput output) {
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room(hook, failure))) {
			RecordedOutbound client = harness.connect(Room.class, "k", "ada");
			harness.call(Room.class, "k", "add", "a");
			harness.directory().disconnected(ActorHarness.address(Room.class, "k"), client.connectionId());
			harness.call(Room.class, "k", "end", hook);
			Awaitility.await().until(() -> harness.node().size() == 0);
		}
		assertThat(
				output.getAll().lines().filter((line) -> line.contains("Room[k]." + hook) && line.contains("failed")))
			.hasSize(1);
	}

	@Test
	void isLoggedOnceForAllInstancesAndClients(CapturedOutput output) {
		Supplier<RuntimeException> failure = () -> new UserError("fails_for_each", "The hook fails");
		try (ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room("DISCONNECT", failure))) {
			for (int i = 0; i < 50; i++) {
				String key = "each" + i;
				RecordedOutbound client = harness.connect(Room.class, key, "ada");
				harness.directory().disconnected(ActorHarness.address(Room.class, key), client.connectionId());
				harness.call(Room.class, key, "end", "SLEEP");
			}
			Awaitility.await().until(() -> harness.node().size() == 0);
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("fails_for_each"))).hasSize(1);
	}

	static class Room {

		private final String failing;

		private final Supplier<RuntimeException> failure;

		Room(String failing, Supplier<RuntimeException> failure) {
			this.failing = failing;
			this.failure = failure;
		}

		private void reach(String hook) {
			if (hook.equals(this.failing)) {
				throw this.failure.get();
			}
		}

		@CreateState
		List<String> create() {
			return new ArrayList<>();
		}

		@OnDisconnect
		void disconnect() {
			reach("DISCONNECT");
		}

		@OnStateChange
		void changed() {
			reach("STATE_CHANGE");
		}

		@OnSleep
		void sleep() {
			reach("SLEEP");
		}

		@OnDestroy
		void destroy() {
			reach("DESTROY");
		}

		@Action
		void add(ActorContext<List<String>, ?> c, String item) {
			c.state().add(item);
		}

		@Action
		void end(ActorContext<List<String>, ?> c, String how) {
			if (how.equals("DESTROY")) {
				c.destroy();
			}
			else {
				c.sleep();
			}
		}

	}

}
