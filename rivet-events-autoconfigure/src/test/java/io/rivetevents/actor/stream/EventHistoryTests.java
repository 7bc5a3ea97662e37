/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;

class EventHistoryTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private final ActorConnection client = new ActorConnection(ConnectRequest.stateful(null, Identity.ANONYMOUS),
			Outbound.NONE,
			new ConnectionScope("room", ActorKey.EMPTY, false, null, Mockito.mock(ConnectionServices.class)), null);

	private static EventHistory history(int maxEvents, long maxBytes, Duration maxAge) {
		EventHistory history = new EventHistory(new HistoryLimits(maxEvents, maxBytes, maxAge),
				Limits.defaults().history());
		history.open(0);
		return history;
	}

	private static AddressedEvent event(String name, String text) {
		return new AddressedEvent(Selection.ALL, true, name, List.of((JsonNode) StringNode.valueOf(text)), Set.of(),
				false);
	}

	@Test
	void keepsNothingBeforeSomebodyCouldComeBack() {
		EventHistory history = new EventHistory(HistoryLimits.DEFAULTS, Limits.defaults().history());
		history.add(1, 0, event("e", "x"), null);
		assertThat(history.size()).isZero();
		history.open(1);
		history.add(2, 0, event("e", "x"), null);
		assertThat(history.after(0, this.client)).isNull();
		assertThat(history.after(1, this.client)).isEmpty();
		this.client.subscribe("e", Set.of());
		assertThat(history.after(1, this.client)).hasSize(1);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void leavesOutAndLogsOnOneLineWhatAPredicateFailsFor(CapturedOutput output) {
		EventHistory history = history(3, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("a\u2028FORGED\u202e", "x").withSelection(new Selection.Where((connection) -> {
			throw new IllegalStateException("on purpose");
		})), null);
		this.client.subscribe("a\u2028FORGED\u202e", Set.of());
		assertThat(history.after(0, this.client)).isEmpty();
		assertThat(output).contains("Event a\\u2028FORGED\\u202e is not replayed")
			.doesNotContain("\u2028")
			.doesNotContain("\u202e");
	}

	// Another node continues it

	private static EventHistory continued(EventHistory before, long sequence, long maxBytes, long now) {
		byte[] written = HistoryTails.write(before.tail(maxBytes, now));
		EventHistory next = history(1000, 1_000_000, Duration.ofMinutes(1));
		next.continueWith(HistoryTails.read(written), sequence, now + 1,
				(name) -> name.equals("own") ? new HistoryLimits(2, 1_000_000, Duration.ofMinutes(1)) : null);
		return next;
	}

	@Test
	void anotherNodeContinuesIt() {
		EventHistory history = history(1000, 1_000_000, Duration.ofMinutes(1));
		HistoryLimits own = new HistoryLimits(2, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("e", "one"), null);
		history.add(2, 0, event("own", "two").withSelection(new Selection.These(Set.of(this.client.streamId()))), own);
		history.add(3, 0, event("e", "three").withSelection(new Selection.These(Set.of("other"))), null);
		history.add(4, 0, event("e", "four"), null);
		history.add(5, 0, event("volatile", "five").asDroppable(), null);
		Stream.of("e", "own", "volatile").forEach((name) -> this.client.subscribe(name, Set.of()));
		EventHistory next = continued(history, 5, 1_000_000, SECOND);
		assertThat(next.after(0, this.client)).isEqualTo(history.after(0, this.client)).hasSize(3);
		assertThat(next.droppedAfter(4, this.client)).containsExactly("volatile");
		assertThat(next.bytes()).isEqualTo(history.bytes());
		next.add(6, SECOND, event("e", "six"), null);
		assertThat(next.after(4, this.client)).extracting(EventHistory.Replay::sequence).containsExactly(6L);
	}

	@Test
	void anotherNodeReportsWhatWasLeftOut() {
		EventHistory history = history(1000, 1_000_000, Duration.ofMinutes(1));
		for (int i = 1; i <= 100; i++) {
			history.add(i, 0, event("e", "text"), null);
		}
		this.client.subscribe("e", Set.of());
		EventHistory next = continued(history, 100, history.bytes() / 4, 0);
		assertThat(next.size()).isEqualTo(25);
		assertThat(next.after(75, this.client)).hasSize(25);
		assertThat(next.after(74, this.client)).isNull();
	}

	@Test
	void anotherNodeLosesEventsThatHaveNoLimitsThere() {
		EventHistory history = history(1000, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("gone", "one"), new HistoryLimits(2, 1_000_000, Duration.ofMinutes(1)));
		this.client.subscribe("gone", Set.of());
		EventHistory next = continued(history, 1, 1_000_000, 0);
		assertThat(next.after(0, this.client)).isNull();
		assertThat(next.after(1, this.client)).isEmpty();
	}

	/** Each event expires at its own time. */
	@Test
	void eventsExpireOnAnotherNodeAsOnTheFirst() {
		EventHistory history = history(1000, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("e", "one"), null);
		history.add(2, 50 * SECOND, event("e", "two"), null);
		this.client.subscribe("e", Set.of());
		EventHistory next = continued(history, 2, 1_000_000, 55 * SECOND);
		next.expire(61 * SECOND);
		assertThat(next.after(0, this.client)).isNull();
		assertThat(next.after(1, this.client)).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(classes = { StackOverflowError.class, NoClassDefFoundError.class, AssertionError.class })
	void leavesOutWhatAPredicateFailsForWithAnError(Class<? extends Error> type) {
		EventHistory history = history(3, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("e", "x").withSelection(new Selection.Where((connection) -> {
			throw BeanUtils.instantiateClass(type);
		})), null);
		history.add(2, 0, event("e", "y"), null);
		this.client.subscribe("e", Set.of());
		assertThat(history.after(0, this.client)).extracting(EventHistory.Replay::sequence).containsExactly(2L);
	}

	@Test
	void isBoundedByCount() {
		EventHistory history = history(3, 1_000_000, Duration.ofMinutes(1));
		this.client.subscribe("e", Set.of());
		for (int i = 1; i <= 5; i++) {
			history.add(i, 0, event("e", "x" + i), null);
		}
		assertThat(history.size()).isEqualTo(3);
		assertThat(history.after(1, this.client)).isNull();
		assertThat(history.after(2, this.client)).extracting(EventHistory.Replay::sequence).containsExactly(3L, 4L, 5L);
	}

	@Test
	void isBoundedByBytes() {
		EventHistory history = history(1000, 10_000, Duration.ofMinutes(1));
		for (int i = 1; i <= 100; i++) {
			history.add(i, 0, event("e" + i % 2, "x".repeat(1000)),
					new HistoryLimits(50, 10_000, Duration.ofMinutes(1)));
			assertThat(history.bytes()).isLessThanOrEqualTo(10_000);
		}
		assertThat(history.size()).isBetween(5, 9);
		history.add(101, 0, event("e", "x".repeat(20_000)), null);
		assertThat(history.size()).isZero();
		assertThat(history.bytes()).isZero();
	}

	@Test
	void countsWhomAnEventIsFor() {
		EventHistory history = history(1000, 1_000_000, Duration.ofMinutes(1));
		Set<String> many = IntStream.range(0, 1000).mapToObj((i) -> "connection-" + i).collect(Collectors.toSet());
		history.add(1, 0, event("e", "x").withSelection(new Selection.AllExcept(many)), null);
		assertThat(history.bytes()).isGreaterThan(50_000);
	}

	@Test
	void leavesAPartToInstancesThatKeepLittle() {
		Limits limits = new Limits(withHistory(200_000));
		HistoryLimits each = new HistoryLimits(1000, 1_000_000, Duration.ofMinutes(1));
		List<EventHistory> greedy = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			EventHistory history = new EventHistory(each, limits.history());
			history.open(0);
			greedy.add(history);
		}
		EventHistory modest = new EventHistory(each, limits.history());
		modest.open(0);
		for (int i = 1; i <= 10; i++) {
			for (int j = 0; j < 30; j++) {
				int sequence = 30 * i + j;
				greedy.forEach((history) -> history.add(sequence, 0, event("e", "x".repeat(1_000)), null));
			}
			modest.add(i, 0, event("e", "x".repeat(1_000)), null);
		}
		assertThat(modest.size()).isEqualTo(10);
		assertThat(greedy.stream().mapToLong(EventHistory::bytes).sum()).isBetween(130_000L, 152_000L);
	}

	/** A client that reconnects is notified that it has missed events. */
	@Test
	void losesItsOwnOldestWhereAllInstancesKeepTooMuch() {
		Limits limits = new Limits(withHistory(20_000));
		ByteBudget total = limits.history();
		HistoryLimits each = new HistoryLimits(1000, 1_000_000, Duration.ofMinutes(1));
		EventHistory other = new EventHistory(each, total);
		other.open(0);
		other.add(1, 0, event("e", "x".repeat(8_000)), null);
		EventHistory history = new EventHistory(each, total);
		history.open(0);
		this.client.subscribe("e", Set.of());
		for (int i = 1; i <= 30; i++) {
			history.add(i, 0, event("e", "x".repeat(1_000)), null);
			assertThat(total.used()).isLessThanOrEqualTo(20_000);
		}
		assertThat(other.size()).isOne();
		assertThat(history.size()).isBetween(5, 11);
		assertThat(history.after(10, this.client)).isNull();
		assertThat(history.after(29, this.client)).hasSize(1);
		assertThat(limits.hits().count(Limit.NODE_HISTORY)).isPositive();
		history.add(31, 0, event("e", "x".repeat(15_000)), null);
		assertThat(history.size()).isZero();
		assertThat(history.after(30, this.client)).isNull();
		assertThat(history.after(31, this.client)).isEmpty();
		other.close();
		assertThat(other.isOpen()).isFalse();
		assertThat(total.used()).isZero();
		history.add(32, 0, event("e", "x".repeat(15_000)), null);
		assertThat(history.after(31, this.client)).hasSize(1);
		history.expire(Duration.ofMinutes(2).toNanos());
		assertThat(total.used()).isZero();
	}

	private static LimitSettings withHistory(long bytes) {
		LimitSettings.Node node = LimitSettings.DEFAULTS.node();
		return LimitSettings.DEFAULTS
			.withNode(new LimitSettings.Node(node.connections(), node.pendingBytes(), node.queuedBytes(),
					node.subscriptionBytes(), bytes, node.answerBytes(), node.awakeBytes(), node.storedBytes(),
					node.receivingBytes(), node.sendingBytes(), node.compressionBytes(), node.requestBytes()));
	}

	@Test
	void isBoundedByAge() {
		EventHistory history = history(1000, 1_000_000, Duration.ofSeconds(10));
		history.add(1, 0, event("e", "x"), null);
		history.add(2, 5 * SECOND, event("e", "x"), null);
		history.expire(12 * SECOND);
		assertThat(history.size()).isEqualTo(1);
		assertThat(history.after(0, this.client)).isNull();
		history.expire(20 * SECOND);
		assertThat(history.size()).isZero();
	}

	@Test
	void mergesWhatIsKeptApartInTheOrderOfTheEvents() {
		EventHistory history = history(100, 1_000_000, Duration.ofMinutes(1));
		HistoryLimits own = new HistoryLimits(2, 1_000_000, Duration.ofMinutes(1));
		this.client.subscribe("e", Set.of());
		this.client.subscribe("own", Set.of());
		for (int i = 1; i <= 6; i++) {
			history.add(i, 0, event((i % 2 == 0) ? "own" : "e", "x"), (i % 2 == 0) ? own : null);
		}
		assertThat(history.after(1, this.client)).isNull();
		assertThat(history.after(2, this.client)).extracting(EventHistory.Replay::sequence)
			.containsExactly(3L, 4L, 5L, 6L);
		this.client.unsubscribe("own");
		assertThat(history.after(0, this.client)).extracting(EventHistory.Replay::sequence).containsExactly(1L, 3L, 5L);
	}

	@Test
	void keepsNoDroppableEventButItsName() {
		EventHistory history = history(100, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("typing", "x").asDroppable(), null);
		assertThat(history.size()).isZero();
		assertThat(history.droppedAfter(0, this.client)).isEmpty();
		this.client.subscribe("typing", Set.of());
		assertThat(history.droppedAfter(0, this.client)).containsExactly("typing");
		assertThat(history.droppedAfter(1, this.client)).isEmpty();
	}

	/**
	 * If a predicate fails for a connection that resumes, the event is left out and the
	 * connection stays open.
	 */
	@Test
	void leavesOutWhatCannotBeAsked() {
		EventHistory history = history(100, 1_000_000, Duration.ofMinutes(1));
		history.add(1, 0, event("e", "x").withSelection(new Selection.Where((connection) -> {
			throw new IllegalStateException("who?");
		})), null);
		this.client.subscribe("e", Set.of());
		assertThat(history.after(0, this.client)).isEmpty();
	}

}
