/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.autoconfigure.actuate.StateSanitizer;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.SentEvent;
import io.rivetevents.inbound.OperatorRequests;
import io.rivetevents.protocol.Position;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a viewer receives of many events, and what waits for it.
 */
class EventFeedTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "a");

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final EventTaps taps = new EventTaps();

	private final EventFeed feed = feed(Schedulers.immediate());

	private final List<JsonNode> messages = new ArrayList<>();

	private long sequence;

	@Test
	void sendsTheFirstEventsOfEachIntervalAndCountsTheOthers() {
		Disposable viewer = view(true);
		send(EventSample.MAX_EVENTS + 3, "x");
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		send(1, "x");
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(3);
		assertThat(this.messages.get(0).path("events")).isEmpty();
		assertThat(this.messages.get(1).path("events")).hasSize(EventSample.MAX_EVENTS);
		assertThat(this.messages.get(1).path("leftOut").asInt()).isEqualTo(3);
		assertThat(this.messages.get(1).path("events").get(0)).isEqualTo(JsonMapper.shared().readTree("""
				{"sequence":1,"epoch":"epoch","event":"e","tags":["t"],"targeted":2,"queued":1,"args":["x"]}"""));
		assertThat(this.messages.get(2).path("events")).hasSize(1);
		assertThat(this.messages.get(2).path("leftOut").asInt()).isZero();
		viewer.dispose();
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
	}

	@Test
	void isSilentWithoutEventsExceptForASignOfLife() {
		view(true);
		this.timers.advanceTimeBy(EventFeed.INTERVAL.multipliedBy(60));
		assertThat(this.messages).hasSizeBetween(2, 3);
	}

	@Test
	void shortensLongArgumentsAndLeavesOutHugeOnes() {
		view(true);
		send(1, "x".repeat(EventJson.MAX_ARGS));
		send(1, "x".repeat((int) EventSample.MAX_BYTES));
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		JsonNode events = this.messages.get(1).path("events");
		assertThat(events.get(0).has("args")).isFalse();
		assertThat(events.get(0).path("excerpt").asString()).hasSize(EventJson.MAX_ARGS);
		assertThat(events.get(0).path("length").asInt()).isEqualTo(EventJson.MAX_ARGS + 4);
		assertThat(events.get(1).has("args")).isFalse();
		assertThat(events.get(1).has("excerpt")).isFalse();
	}

	@Test
	void showsArgumentsAsTheyWereSent() {
		view(true);
		ArrayNode argument = JsonNodeFactory.instance.arrayNode().add("sent");
		send(argument);
		argument.add("later");
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages.get(1).path("events").get(0).path("args")).hasToString("[[\"sent\"]]");
	}

	@Test
	void leavesOutArgumentsThatCannotBeEncoded() {
		view(true);
		send(JsonNodeFactory.instance.pojoNode(new Object()));
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages.get(1).path("events")).hasSize(1);
		assertThat(this.messages.get(1).path("events").get(0).has("args")).isFalse();
	}

	@Test
	void replacesValuesThatTheViewerMustNotSee() {
		view(false);
		send(1, "secret");
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages.get(1).path("events").get(0).path("args").get(0).asString()).isEqualTo("******");
	}

	@Test
	void keepsOneSampleForAViewerThatDoesNotRead() {
		BaseSubscriber<String> slow = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				request(1);
			}

			@Override
			protected void hookOnNext(String value) {
				EventFeedTests.this.messages.add(JsonMapper.shared().readTree(value));
			}

		};
		this.feed.open(ROOM, values(true)).subscribe(slow);
		for (int i = 0; i < 100; i++) {
			send(10, "x");
			this.timers.advanceTimeBy(EventFeed.INTERVAL);
		}
		assertThat(this.messages).hasSize(1);
		slow.request(1);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages.get(1).path("events")).hasSize(EventSample.MAX_EVENTS);
		assertThat(this.messages.get(1).path("leftOut").asInt()).isEqualTo(1000 - EventSample.MAX_EVENTS);
	}

	@Test
	void endsSoThatTheViewerIsAuthorizedAgain() {
		StepVerifier.withVirtualTime(() -> this.feed.open(ROOM, values(true)), () -> this.timers, Long.MAX_VALUE)
			.expectNextCount(1)
			.thenAwait(EventFeed.LIFETIME)
			.thenConsumeWhile((message) -> true)
			.expectComplete()
			.verify(Duration.ofSeconds(10));
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
	}

	@Test
	void hasALimitedNumberOfViewers() {
		List<Disposable> viewers = new ArrayList<>();
		for (int i = 0; i < EventFeed.MAX_VIEWERS; i++) {
			viewers.add(view(true));
		}
		StepVerifier.create(this.feed.open(ROOM, values(true)))
			.verifyErrorSatisfies(
					(ex) -> assertThat(((ResponseStatusException) ex).getStatusCode().value()).isEqualTo(503));
		viewers.get(0).dispose();
		StepVerifier.create(this.feed.open(ROOM, values(true)).take(1)).expectNextCount(1).verifyComplete();
	}

	/** Those that were refused because the node stopped are not counted. */
	@Test
	void hasTheSameLimitAfterAStop() {
		this.feed.stop();
		StepVerifier.create(this.feed.open(ROOM, values(true))).verifyError(ResponseStatusException.class);
		this.feed.start();
		hasALimitedNumberOfViewers();
	}

	@Test
	void writesMessagesOnAWorker() {
		Deque<Runnable> tasks = new ArrayDeque<>();
		feed(Schedulers.fromExecutor(tasks::add)).open(ROOM, values(true))
			.subscribe((message) -> this.messages.add(JsonMapper.shared().readTree(message)));
		assertThat(this.messages).isEmpty();
		assertThat(tasks).hasSize(1);
		tasks.remove().run();
		assertThat(this.messages).hasSize(1);
		send(1, "x");
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(1);
		assertThat(tasks).hasSize(1);
		tasks.remove().run();
		assertThat(this.messages).hasSize(2);
	}

	@Test
	void endsWhenTheNodeStops() {
		AtomicBoolean ended = new AtomicBoolean();
		this.feed.open(ROOM, values(true)).doOnComplete(() -> ended.set(true)).subscribe();
		this.feed.stop();
		assertThat(ended).isTrue();
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
		StepVerifier.create(this.feed.open(ROOM, values(true)))
			.verifyErrorSatisfies(
					(ex) -> assertThat(((ResponseStatusException) ex).getStatusCode().value()).isEqualTo(503));
		this.feed.start();
		StepVerifier.create(this.feed.open(ROOM, values(true)).take(1)).expectNextCount(1).verifyComplete();
	}

	private EventFeed feed(Scheduler workers) {
		return new EventFeed(this.taps, new RemoteInstances((actor) -> null, OtherNodes.NONE, new OperatorRequests()),
				this.timers, workers, () -> Instant.EPOCH);
	}

	private Disposable view(boolean shown) {
		return this.feed.open(ROOM, values(shown))
			.subscribe((message) -> this.messages.add(JsonMapper.shared().readTree(message)));
	}

	private static ShownValues values(boolean shown) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		return new ShownValues(new StateSanitizer(List.of(), mapper), mapper, shown);
	}

	private void send(int count, String text) {
		for (int i = 0; i < count; i++) {
			send(StringNode.valueOf(text));
		}
	}

	private void send(JsonNode argument) {
		this.taps.sent(ROOM,
				new SentEvent(new Position("epoch", ++this.sequence), "e", List.of(argument), Set.of("t"), 2, 1));
	}

}
