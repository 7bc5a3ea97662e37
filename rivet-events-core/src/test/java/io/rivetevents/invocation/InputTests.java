/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.ref.WeakReference;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The input of an instance is there whenever it is asked for, and takes no more memory
 * than its bytes.
 */
class InputTests {

	private static final JsonNode ODD = JsonNodeFactory.instance.arrayNode()
		.add(new byte[] { 1, 2 })
		.add(BigInteger.ONE)
		.add("$plain");

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room);

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void create(JsonNode input) {
		this.harness.directory()
			.resolve(new ActorTarget.GetOrCreate(ActorHarness.address(Room.class, "k"), WireValues.encodeJson(input)))
			.block(ActorHarness.PATIENCE);
	}

	private void sleep() {
		this.harness.call(Room.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void holdsNoDecodedInputOfAnInstanceThatIsAwake(boolean woken) {
		ArrayNode small = JsonNodeFactory.instance.arrayNode();
		for (int i = 0; i < 1000; i++) {
			small.addObject();
		}
		create(small);
		if (woken) {
			sleep();
			create(small);
		}
		assertThat(this.room.inputs).isNotEmpty();
		Awaitility.await().untilAsserted(() -> {
			System.gc();
			assertThat(this.room.inputs).allSatisfy((input) -> assertThat(input.refersTo(null)).isTrue());
		});
	}

	@Test
	void givesTheSameValuesToHooksAndActionsBeforeSleepAndAfterwards() {
		create(ODD);
		this.harness.call(Room.class, "k", "look");
		sleep();
		create(JsonNodeFactory.instance.stringNode("another"));
		this.harness.call(Room.class, "k", "look");
		assertThat(this.room.seen).hasSize(4)
			.containsOnly(new String(WireValues.encodeJson(ODD), StandardCharsets.UTF_8));
	}

	static class Room {

		private final Queue<WeakReference<JsonNode>> inputs = new ConcurrentLinkedQueue<>();

		private final Queue<String> seen = new ConcurrentLinkedQueue<>();

		private void see(JsonNode input) {
			this.inputs.add(new WeakReference<>(input));
			this.seen.add(new String(WireValues.encodeJson(input), StandardCharsets.UTF_8));
		}

		@OnWake
		void wake(@Input JsonNode input) {
			see(input);
		}

		@Action
		void look(ActorContext<?, ?> c) {
			see(c.input(JsonNode.class));
		}

		@Action
		void sleep(ActorContext<?, ?> c) {
			c.sleep();
		}

	}

}
