/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

class QueuedTotalTests {

	private static final int MAX = 1_000_000;

	private static final CloseReason SLOW = CloseReason.of(ErrorCode.SLOW_CONSUMER);

	private final Limits limits = new Limits(withQueued(MAX));

	private final QueuedTotal total = new QueuedTotal(this.limits);

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void countsABroadcastOnce(Encoding encoding) {
		List<OutboundQueue> queues = queues(100, encoding);
		OutgoingMessage message = event(50_000, false);
		queues.forEach((queue) -> queue.send(message));
		assertThat(this.limits.queued().used()).isBetween(50_000L, 60_000L);
		queues.subList(0, 99).forEach(OutboundQueue::poll);
		assertThat(this.limits.queued().used()).isBetween(50_000L, 51_000L);
		queues.get(99).poll();
		assertThat(this.limits.queued().used()).isZero();
		assertThat(queues).allMatch((queue) -> queue.closeReason() == null);
	}

	@Test
	void countsEachAnswer() {
		List<OutboundQueue> queues = queues(10, Encoding.JSON);
		queues.forEach((queue) -> queue.send(answer(50_000)));
		assertThat(this.limits.queued().used()).isBetween(500_000L, 510_000L);
	}

	/** The healthy many are not looked at. */
	@Test
	void countsNothingOfAClientThatReads() {
		OutboundQueue queue = queue(Encoding.JSON);
		for (int i = 0; i < 1000; i++) {
			queue.send(answer(5_000));
			assertThat(this.limits.queued().used()).isZero();
			queue.poll();
		}
	}

	@Test
	void closesTheLargestUntilTheOthersFit() {
		List<OutboundQueue> small = queues(10, Encoding.JSON);
		OutboundQueue large = queue(Encoding.JSON);
		AtomicInteger told = new AtomicInteger();
		large.onOverrun(told::incrementAndGet);
		for (int i = 0; i < 8; i++) {
			large.send(answer(50_000));
		}
		small.forEach((queue) -> queue.send(answer(50_000)));
		assertThat(large.closeReason()).isNull();
		small.forEach((queue) -> queue.send(answer(20_000)));
		assertThat(large.closeReason()).isEqualTo(SLOW);
		assertThat(large.isOverrun()).isTrue();
		assertThat(large.queuedBytes()).isZero();
		assertThat(told).hasValue(1);
		assertThat(small).allMatch((queue) -> queue.closeReason() == null);
		assertThat(this.limits.queued().used()).isBetween(700_000L, 710_000L);
		assertThat(this.limits.hits().count(Limit.NODE_QUEUED)).isOne();
	}

	/** It is not known to be the largest before the message is in. */
	@Test
	void closesTheOneThatIsSentTo() {
		OutboundQueue large = queue(Encoding.JSON);
		Outbound.Outcome outcome = Outbound.Outcome.QUEUED;
		for (int i = 0; i < 30 && outcome == Outbound.Outcome.QUEUED; i++) {
			outcome = large.send(answer(50_000));
		}
		assertThat(outcome).isEqualTo(Outbound.Outcome.CLOSED);
		assertThat(large.closeReason()).isEqualTo(SLOW);
		assertThat(this.limits.queued().used()).isZero();
	}

	@Test
	void staysWithinItsBoundWithManyThatReadNothing() {
		List<OutboundQueue> queues = queues(200, Encoding.JSON);
		for (int i = 0; i < 20_000; i++) {
			queues.get(i % 200).send((i % 3 == 0) ? event(2_000, true) : answer(2_000));
			assertThat(this.limits.queued().used()).isLessThanOrEqualTo(MAX);
		}
		assertThat(this.limits.hits().count(Limit.NODE_QUEUED)).isGreaterThan(100);
	}

	/** Whatever becomes of what waits, it is given back. */
	@Test
	void givesAllBack() throws InterruptedException {
		List<OutboundQueue> queues = queues(40, Encoding.EXTENDED_JSON);
		queues.forEach((queue) -> queue.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0)))));
		List<Thread> threads = Stream.generate(() -> new Thread(() -> use(queues))).limit(4).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		for (int i = 0; i < queues.size(); i++) {
			OutboundQueue queue = queues.get(i);
			switch (i % 4) {
				case 0 -> queue.drainTo(new ArrayList<>(), Long.MAX_VALUE);
				case 1 -> queue.end();
				case 2 -> queue.discard();
				default -> queue.closeAsSlow();
			}
		}
		assertThat(this.limits.queued().used()).isZero();
	}

	private static void use(List<OutboundQueue> queues) {
		for (int i = 0; i < 200; i++) {
			OutgoingMessage message = event(ThreadLocalRandom.current().nextInt(5_000), i % 3 == 0);
			for (OutboundQueue queue : queues) {
				queue.send(message);
				if (ThreadLocalRandom.current().nextInt(4) == 0) {
					synchronized (queue) { // one at a time takes out
						queue.drainTo(new ArrayList<>(), 10_000);
					}
				}
			}
		}
	}

	private List<OutboundQueue> queues(int count, Encoding encoding) {
		return Stream.generate(() -> queue(encoding)).limit(count).toList();
	}

	private OutboundQueue queue(Encoding encoding) {
		OutboundQueue queue = new OutboundQueue(encoding,
				new OutboundQueue.Limits(4_000_000, 100_000, "rivet.events.websocket", this.total), (waiting) -> {
				});
		if (encoding.isExtended()) {
			queue.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
			queue.poll();
		}
		return queue;
	}

	private static OutgoingMessage answer(int size) {
		return OutgoingMessage
			.of(new ToClient.ActionResponse(1, JsonNodeFactory.instance.stringNode("x".repeat(size))));
	}

	private static OutgoingMessage event(int size, boolean droppable) {
		return OutgoingMessage.of(new ToClient.Event("e",
				List.of(JsonNodeFactory.instance.stringNode("x".repeat(size))), new Position("e", 1)), droppable);
	}

	private static LimitSettings withQueued(long bytes) {
		LimitSettings.Node node = LimitSettings.DEFAULTS.node();
		return LimitSettings.DEFAULTS
			.withNode(new LimitSettings.Node(node.connections(), node.pendingBytes(), bytes, node.subscriptionBytes(),
					node.historyBytes(), node.answerBytes(), node.awakeBytes(), node.storedBytes(),
					node.receivingBytes(), node.sendingBytes(), node.compressionBytes(), node.requestBytes()));
	}

}
