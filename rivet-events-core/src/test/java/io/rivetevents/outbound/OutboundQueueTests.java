/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

class OutboundQueueTests {

	private final AtomicInteger signals = new AtomicInteger();

	private final OutboundQueue queue = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(1000, 200),
			(waiting) -> this.signals.incrementAndGet());

	@Test
	void givesMessagesInTheirOrder() {
		this.queue.send(event("a", 1));
		this.queue.send(event("b", 1));
		assertThat(this.signals).hasValue(2);
		assertThat(new String(this.queue.poll())).contains("\"a\"");
		assertThat(new String(this.queue.poll())).contains("\"b\"");
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.queuedBytes()).isZero();
	}

	@Test
	void tellsItsLimitsForAnotherNode() {
		assertThat(this.queue.bounds())
			.isEqualTo(new Gateway.Bounds(Encoding.JSON, 200, 1000, "rivet.events.websocket"));
		assertThat(Outbound.NONE.bounds()).isNull();
	}

	@Test
	void closesWhenItIsFull() {
		for (int i = 0; i < 10; i++) {
			this.queue.send(event("a", 50));
		}
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.SLOW_CONSUMER));
		assertThat(this.queue.isOverrun()).isTrue();
		assertThat(this.queue.poll()).isNull();
	}

	@Test
	void holdsExactlyItsBound() {
		int size = event("a", 40).encodedAs(Encoding.JSON).length + Outbound.OVERHEAD;
		OutboundQueue exact = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(size * 2L, 200), (waiting) -> {
		});
		exact.send(event("a", 40));
		exact.send(event("a", 40));
		assertThat(exact.closeReason()).isNull();
		exact.send(event("a", 0));
		assertThat(exact.isOverrun()).isTrue();
	}

	/** An empty event is not free. */
	@Test
	void countsWhatStandsAroundEachMessage() {
		OutboundQueue small = new OutboundQueue(Encoding.BARE, new OutboundQueue.Limits(1_000_000, 200), (waiting) -> {
		});
		int count = 0;
		while (small.send(OutgoingMessage.of(new ToClient.Event("e", List.of()))) == Outbound.Outcome.QUEUED) {
			count++;
		}
		assertThat(count).isBetween(5_000, 1_000_000 / Outbound.OVERHEAD);
		assertThat(small.isOverrun()).isTrue();
	}

	@Test
	void takesOneMessageOfAnyLengthThatMayBeSent() {
		OutboundQueue small = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(200, 200), (waiting) -> {
		});
		int around = event("a", 0).encodedAs(Encoding.JSON).length;
		assertThat(small.send(event("a", 200 - around))).isEqualTo(Outbound.Outcome.QUEUED);
		assertThat(small.send(event("b", 0))).isEqualTo(Outbound.Outcome.OVERRUN);
	}

	/** Otherwise messages for a closed socket would stay until the actor has noticed. */
	@Test
	void forgetsWhatWaitsWhenItsSocketIsGone() {
		this.queue.send(event("a", 1));
		this.queue.end();
		assertThat(this.queue.isEmpty()).isTrue();
		assertThat(this.queue.queuedBytes()).isZero();
		assertThat(this.queue.send(event("b", 1))).isEqualTo(Outbound.Outcome.CLOSED);
		assertThat(this.queue.closeReason()).isNull();
	}

	/** An interceptor has made it so long: it is not the sender's fault. */
	@ParameterizedTest
	@EnumSource(value = Encoding.class, names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void tellsOfAnEventThatIsTooLongForOneClient(Encoding encoding) {
		OutboundQueue extended = new OutboundQueue(encoding, new OutboundQueue.Limits(1000, 200), (waiting) -> {
		});
		extended.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
		extended.poll();
		assertThat(extended.send(OutgoingMessage.of(new ToClient.Event("long",
				List.of(JsonNodeFactory.instance.stringNode("x".repeat(300))), new Position("e", 1)))))
			.isEqualTo(Outbound.Outcome.DROPPED);
		assertThat(extended.closeReason()).isNull();
		assertThat(new String(extended.poll(), StandardCharsets.UTF_8)).containsIgnoringCase("gap")
			.contains("dropped", "long");
	}

	@ParameterizedTest
	@EnumSource(Encoding.class)
	void leavesOutTheMetadataOfAnErrorThatIsTooLong(Encoding encoding) {
		OutboundQueue short200 = new OutboundQueue(encoding, new OutboundQueue.Limits(2000, 300), (waiting) -> {
		});
		if (encoding.isExtended()) {
			short200.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
			short200.poll();
		}
		JsonNode metadata = JsonNodeFactory.instance.stringNode("x".repeat(5000));
		ToClient.Error error = new ToClient.Error("user", "mine", "text", metadata, 7L, null);
		short200.send(OutgoingMessage.of(error));
		assertThat(new String(short200.poll(), StandardCharsets.UTF_8)).contains("mine", "text").doesNotContain("xxx");
		if (encoding.isExtended()) {
			short200.send(
					OutgoingMessage.of(new ToClient.SubscriptionResponse("wanted", true, new Position("e", 1), error)));
			assertThat(new String(short200.poll(), StandardCharsets.UTF_8)).contains("wanted", "mine")
				.doesNotContain("xxx");
		}
		assertThat(short200.closeReason()).isNull();
	}

	@ParameterizedTest
	@EnumSource(value = Encoding.class, names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void welcomesWithAnErrorInPlaceOfASnapshotThatIsTooLong(Encoding encoding) {
		OutboundQueue extended = new OutboundQueue(encoding,
				new OutboundQueue.Limits(2000, 700, "rivet.events.sse", new QueuedTotal(Limits.defaults())),
				(waiting) -> {
				});
		JsonNode much = JsonNodeFactory.instance.stringNode("x".repeat(1000));
		extended.release(OutgoingMessage.of(new ToClient.Welcome("a", "c", new Position("e", 3), "s", "secret",
				ToClient.ResumeOutcome.FRESH, 1000, new ToClient.SnapshotResult(much, null),
				Map.of("secret", new ToClient.Error("auth", "forbidden", "no", much, null, null)), false)));
		byte[] welcome = extended.poll();
		assertThat(welcome).hasSizeLessThanOrEqualTo(700);
		assertThat(new String(welcome, StandardCharsets.UTF_8))
			.contains("outgoing_too_long", "rivet.events.sse.max-outgoing-message-size", "forbidden")
			.doesNotContain("xxx");
		assertThat(extended.closeReason()).isNull();
	}

	@Test
	void keepsTheNewestOfWhatMayBeDropped() {
		for (int i = 0; i < 20; i++) {
			Outbound.Outcome outcome = this.queue.send(droppable("p" + i));
			assertThat(outcome).isEqualTo(Outbound.Outcome.QUEUED);
		}
		List<String> kept = drain();
		assertThat(kept).hasSizeBetween(2, 10);
		assertThat(kept.get(kept.size() - 1)).contains("p19");
		assertThat(kept).isSortedAccordingTo(Comparator.comparing(OutboundQueueTests::number));
		assertThat(this.queue.dropped()).isEqualTo(20 - kept.size());
		assertThat(this.queue.closeReason()).isNull();
		assertThat(this.queue.queuedBytes()).isZero();
	}

	/** In the place of the first: a client that is cut after it has been notified. */
	@Test
	void tellsOfWhatWasDroppedInTheExtendedMode() {
		OutboundQueue extended = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		extended.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
		for (int i = 1; i <= 20; i++) {
			extended.send(OutgoingMessage.of(new ToClient.Event("p" + i % 2, List.of(), new Position("e", i)), true));
		}
		List<String> seen = new ArrayList<>();
		for (byte[] bytes = extended.poll(); bytes != null; bytes = extended.poll()) {
			seen.add(new String(bytes, StandardCharsets.UTF_8));
		}
		int kept = seen.size() - 2;
		assertThat(seen.get(0)).contains("KeepAlive");
		assertThat(seen.get(1)).contains("\"Gap\"", "\"dropped\"", "p0", "p1", "\"position\":1}");
		assertThat(seen.get(2)).contains("\"pos\":" + (21 - kept));
		assertThat(seen).filteredOn((message) -> message.contains("Gap")).hasSize(1);
		assertThat(extended.isEmpty()).isTrue();
	}

	/** A client that has received the event between them may be cut before the last. */
	@Test
	void tellsOfMissingEventsBeforeTheEventsBetweenThem() {
		OutboundQueue extended = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		extended.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
		extended.send(tooLong("first", 1));
		extended.send(OutgoingMessage.of(new ToClient.Event("between", List.of(), new Position("e", 2)), false));
		extended.send(tooLong("last", 3));
		List<String> seen = drain(extended);
		assertThat(seen).hasSize(3);
		assertThat(seen.get(1)).contains("\"Gap\"", "first", "last", "\"position\":1}");
		assertThat(seen.get(2)).contains("between");
	}

	@Test
	void tellsOfAnOlderEventThatIsDroppedAfterANewerOne() {
		OutboundQueue extended = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		extended.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
		extended.send(OutgoingMessage.of(new ToClient.Event("older", List.of(), new Position("e", 1)), true));
		extended.send(tooLong("newer", 2));
		while (extended.dropped() < 2) {
			extended.send(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 2))));
		}
		assertThat(drain(extended)).filteredOn((message) -> message.contains("Gap"))
			.singleElement()
			.asString()
			.contains("older", "newer", "\"position\":1}");
	}

	@Test
	void tellsOfAnyEventIfTheNamesAreTooMany() {
		OutboundQueue extended = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		extended.release(OutgoingMessage.of(new ToClient.KeepAlive(new Position("e", 0))));
		for (int i = 1; i <= 101; i++) {
			extended.send(tooLong("n" + i, i));
		}
		assertThat(drain(extended).get(1)).contains("[\"*\"]", "\"position\":1}");
	}

	private static OutgoingMessage tooLong(String name, long position) {
		return OutgoingMessage.of(new ToClient.Event(name,
				List.of(JsonNodeFactory.instance.stringNode("x".repeat(300))), new Position("e", position)), true);
	}

	private static List<String> drain(OutboundQueue queue) {
		List<String> seen = new ArrayList<>();
		for (byte[] bytes = queue.poll(); bytes != null; bytes = queue.poll()) {
			seen.add(new String(bytes, StandardCharsets.UTF_8));
		}
		return seen;
	}

	@Test
	void holdsBackUntilItIsReleased() {
		OutboundQueue extended = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		extended.send(event("a", 1));
		assertThat(extended.poll()).isNull();
		extended.release(event("first", 1));
		assertThat(new String(extended.poll())).contains("first");
		assertThat(new String(extended.poll())).contains("\"a\"");
		OutboundQueue refused = new OutboundQueue(Encoding.EXTENDED_JSON, new OutboundQueue.Limits(1000, 200),
				(waiting) -> this.signals.incrementAndGet());
		refused.send(event("a", 1));
		refused.discard();
		refused.send(event("b", 1));
		assertThat(new String(refused.poll())).contains("\"b\"");
	}

	@Test
	void makesRoomForWhatMustNotBeDropped() {
		while (this.queue.dropped() == 0) {
			this.queue.send(droppable("p0"));
		}
		assertThat(this.queue.send(event("must", 100))).isEqualTo(Outbound.Outcome.QUEUED);
		assertThat(this.queue.closeReason()).isNull();
		assertThat(drain()).last().asString().contains("must");
	}

	@Test
	void dropsTheNewOneWhenAllElseMustBeKept() {
		int size = event("a", 40).encodedAs(Encoding.JSON).length + Outbound.OVERHEAD;
		OutboundQueue full = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(size * 2L, 200), (waiting) -> {
		});
		full.send(event("a", 40));
		full.send(event("b", 40));
		assertThat(full.send(droppable("p1"))).isEqualTo(Outbound.Outcome.DROPPED);
		assertThat(full.dropped()).isEqualTo(1);
		assertThat(full.closeReason()).isNull();
		assertThat(new String(full.poll())).contains("\"a\"");
		assertThat(new String(full.poll())).contains("\"b\"");
		assertThat(full.poll()).isNull();
	}

	@Test
	void dropsNothingForWhatWouldNotFitAllTheSame() {
		OutboundQueue small = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(500, 1000), (waiting) -> {
		});
		small.send(event("must", 150));
		small.send(droppable("p1"));
		assertThat(small.send(OutgoingMessage
			.of(new ToClient.Event("p2", List.of(JsonNodeFactory.instance.stringNode("x".repeat(200)))), true)))
			.isEqualTo(Outbound.Outcome.DROPPED);
		assertThat(small.dropped()).isEqualTo(1);
		small.poll();
		assertThat(new String(small.poll())).contains("p1");
	}

	@Test
	void dropsWhatMayBeDroppedAndIsTooLong() {
		assertThat(this.queue.send(OutgoingMessage
			.of(new ToClient.Event("p", List.of(JsonNodeFactory.instance.stringNode("x".repeat(300)))), true)))
			.isEqualTo(Outbound.Outcome.DROPPED);
		assertThat(this.queue.closeReason()).isNull();
		assertThat(this.queue.dropped()).isEqualTo(1);
	}

	@Test
	void keepsTheOrderAroundWhatIsDropped() {
		this.queue.send(event("a", 1));
		this.queue.send(droppable("p0"));
		this.queue.send(event("b", 1));
		while (this.queue.dropped() == 0) {
			this.queue.send(droppable("p1"));
		}
		assertThat(drain().stream().limit(2)).satisfiesExactly((first) -> assertThat(first).contains("\"a\""),
				(second) -> assertThat(second).contains("\"b\""));
	}

	@Test
	void saysOnceThatItIsOverrun() {
		List<Outbound.Outcome> outcomes = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			outcomes.add(this.queue.send(event("a", 50)));
		}
		assertThat(outcomes).containsOnlyOnce(Outbound.Outcome.OVERRUN).endsWith(Outbound.Outcome.CLOSED);
	}

	/** Many put in, one takes out: what is neither dropped nor taken would be lost. */
	@Test
	void losesNothingBetweenThreads() throws InterruptedException {
		int each = 20_000;
		OutboundQueue shared = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(2000, 200), (waiting) -> {
		});
		AtomicInteger running = new AtomicInteger(3);
		AtomicInteger refused = new AtomicInteger();
		for (int thread = 0; thread < 3; thread++) {
			new Thread(() -> {
				for (int i = 0; i < each; i++) {
					refused.addAndGet((shared.send(droppable("p" + i)) == Outbound.Outcome.QUEUED) ? 0 : 1);
				}
				running.decrementAndGet();
			}).start();
		}
		int taken = 0;
		while (running.get() > 0 || shared.queuedBytes() > 0) {
			taken += (shared.poll() != null) ? 1 : 0;
		}
		assertThat(refused).hasValue(0);
		assertThat(taken + shared.dropped()).isEqualTo(3 * each);
	}

	private List<String> drain() {
		List<String> messages = new ArrayList<>();
		for (byte[] bytes = this.queue.poll(); bytes != null; bytes = this.queue.poll()) {
			messages.add(new String(bytes));
		}
		return messages;
	}

	private static int number(String message) {
		return Integer.parseInt(message.replaceAll("\\D", ""));
	}

	private static OutgoingMessage droppable(String name) {
		return OutgoingMessage.of(new ToClient.Event(name, List.of()), true);
	}

	@Test
	void sendsWhatWaitsBeforeItCloses() {
		this.queue.send(event("a", 1));
		this.queue.close(CloseReason.disconnected("bye"));
		this.queue.send(event("b", 1));
		assertThat(this.queue.poll()).isNotNull();
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.disconnected("bye"));
	}

	@Test
	void theFirstReasonCounts() {
		this.queue.close(CloseReason.disconnected("first"));
		this.queue.close(CloseReason.disconnected("second"));
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.disconnected("first"));
	}

	@Test
	void failsAnAnswerThatIsTooLong() {
		this.queue.send(OutgoingMessage
			.of(new ToClient.ActionResponse(7, JsonNodeFactory.instance.stringNode("x".repeat(300)))));
		assertThat(new String(this.queue.poll())).contains("outgoing_too_long", "[\"$BigInt\",\"7\"]");
		assertThat(this.queue.closeReason()).isNull();
	}

	@Test
	void closesForAnEventThatIsTooLong() {
		this.queue.send(event("a", 300));
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
	}

	private static OutgoingMessage event(String name, int size) {
		return OutgoingMessage
			.of(new ToClient.Event(name, List.of(JsonNodeFactory.instance.stringNode("x".repeat(size)))));
	}

}
