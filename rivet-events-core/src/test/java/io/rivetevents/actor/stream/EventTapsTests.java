/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.SentEvent;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.Position;
import io.rivetevents.scheduling.DueQueue;

import static org.assertj.core.api.Assertions.assertThat;

class EventTapsTests {

	private static final ActorAddress ROOM = new ActorAddress("default", "room", ActorKey.of("a"));

	private static final ActorAddress OTHER = new ActorAddress("default", "room", ActorKey.of("b"));

	private final DueQueue due = new DueQueue(VirtualTimeScheduler.create());

	private final EventTaps taps = new EventTaps();

	private final EventStream stream = new EventStream(ROOM, new ConnectionIndex(),
			new HistoryLimits(10, 10_000, Duration.ofMinutes(1)), Limits.defaults().history(), () -> 0,
			this.due.register((now) -> {
			}), this.taps, "epoch");

	private void send(String name) {
		this.stream.dispatch(
				new AddressedEvent(Selection.ALL, true, name, List.of(StringNode.valueOf("x")), Set.of(), false), null);
	}

	@Test
	void receivesTheEventsOfOneInstanceUntilItIsClosed() {
		List<SentEvent> received = new ArrayList<>();
		List<SentEvent> others = new ArrayList<>();
		Registration registration = this.taps.add(ROOM, received::add);
		this.taps.add(OTHER, others::add);
		send("first");
		registration.close();
		send("second");
		assertThat(received).containsExactly(
				new SentEvent(new Position("epoch", 1), "first", List.of(StringNode.valueOf("x")), Set.of(), 0, 0));
		assertThat(others).isEmpty();
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
		assertThat(this.taps.hasListeners(OTHER)).isTrue();
	}

	@Test
	void hasSeveralListenersOfOneInstance() {
		List<SentEvent> one = new ArrayList<>();
		List<SentEvent> two = new ArrayList<>();
		Registration first = this.taps.add(ROOM, one::add);
		this.taps.add(ROOM, two::add);
		send("both");
		first.close();
		first.close();
		send("second");
		assertThat(one).extracting(SentEvent::event).containsExactly("both");
		assertThat(two).extracting(SentEvent::event).containsExactly("both", "second");
	}

	@Test
	void thePastIsReadBackwards() {
		this.stream.open();
		List.of("a", "b", "c", "d").forEach(this::send);
		assertThat(this.stream.past(Long.MAX_VALUE, 2, 10_000)).extracting(PastEvent::event).containsExactly("d", "c");
		assertThat(this.stream.past(3, 10, 10_000)).extracting(PastEvent::position)
			.containsExactly(new Position("epoch", 2), new Position("epoch", 1));
		byte[] args = Objects.requireNonNull(this.stream.past(2, 1, 10_000).get(0).args());
		assertThat(new String(args)).isEqualTo("[\"x\"]");
	}

	@Test
	void aPageOfThePastHasABoundInBytes() {
		this.stream.open();
		List.of("a", "b", "c").forEach(this::send);
		assertThat(this.stream.past(Long.MAX_VALUE, 10, 10)).extracting(PastEvent::event).containsExactly("c", "b");
		assertThat(this.stream.past(Long.MAX_VALUE, 10, 1)).extracting(PastEvent::event).containsExactly("c");
	}

}
