/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Show;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.autoconfigure.actuate.RemoteInstances.UnansweredException;
import io.rivetevents.autoconfigure.actuate.StateSanitizer;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.contract.History;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.SentEvent;
import io.rivetevents.inbound.OperatorRequests;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.Position;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events of an instance of another node.
 */
class RemotePagesTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "a");

	private static final String OTHER = "other";

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	/** The node of the page. */
	private final ActorHarness here = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private final ActorHarness other = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private final EventTaps taps = this.other.node().taps();

	private final OperatorRequests requests = new OperatorRequests();

	private @Nullable String owner = OTHER;

	private boolean silent;

	private boolean lost;

	private final RemoteInstances remote = new RemoteInstances((actor) -> this.owner,
			(query, timeout) -> Map.of(OTHER, answer(query)), new OperatorRequests());

	private final EventFeed feed = new EventFeed(this.here.node().taps(), this.remote, this.timers,
			Schedulers.immediate(), () -> Instant.EPOCH);

	private final List<JsonNode> messages = new ArrayList<>();

	private final AtomicBoolean ended = new AtomicBoolean();

	private Mono<NodeAnswer> answer(NodeQuery query) {
		if (this.silent) {
			return Mono.error(new IllegalStateException("no answer"));
		}
		Mono<NodeAnswer> answer = this.requests.receive(((NodeQuery.OfOperator) query).request())
			.<NodeAnswer>map(NodeAnswer.Document::new)
			.defaultIfEmpty(new NodeAnswer.Document(null));
		return this.lost ? answer.then(Mono.error(new IllegalStateException("the answer is lost"))) : answer;
	}

	@BeforeEach
	void answerPages() {
		RemoteInstances atOwner = new RemoteInstances((actor) -> null, OtherNodes.NONE, this.requests);
		InspectorAccess access = new InspectorAccess((endpoint, byDefault) -> Access.READ_ONLY, Show.NEVER, Set.of(),
				new StateSanitizer(List.of(), this.mapper), this.mapper);
		new RemotePages(this.taps, timeline(this.other, atOwner), access, this.timers, Schedulers.immediate(),
				() -> Instant.EPOCH)
			.answer(atOwner);
	}

	@AfterEach
	void close() {
		this.here.close();
		this.other.close();
	}

	private static Timeline timeline(ActorHarness node, RemoteInstances remote) {
		return new Timeline(node.node(), remote, Schedulers.immediate(), Clock.systemUTC());
	}

	@Test
	void aPageGoesBackInTheHistoryAtAnotherNode() {
		this.other.connectExtended(Room.class, "a", "said");
		for (int i = 0; i < 3; i++) {
			this.other.call(Room.class, "a", "say", "text " + i);
		}
		Timeline timeline = timeline(this.here, this.remote);
		JsonNode newest = timeline.page(ROOM, Long.MAX_VALUE, values(true)).block(ActorHarness.PATIENCE);
		assertThat(newest.path("events").valueStream().map((event) -> event.path("args").toString()))
			.containsExactly("[\"text 2\"]", "[\"text 1\"]", "[\"text 0\"]");
		JsonNode older = timeline.page(ROOM, newest.path("events").path(1).path("sequence").asLong(), values(false))
			.block(ActorHarness.PATIENCE);
		assertThat(older.path("events").valueStream().map((event) -> event.path("args").toString()))
			.containsExactly("[\"******\"]");
		this.silent = true;
		StepVerifier.create(timeline.page(ROOM, Long.MAX_VALUE, values(true))).verifyError(UnansweredException.class);
	}

	@Test
	void aPageShowsEventsOfAnotherNode() {
		Disposable page = open(true);
		assertThat(this.messages).hasSize(1);
		send(EventSample.MAX_EVENTS + 3);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(2);
		assertThat(this.messages.get(1).path("events")).hasSize(EventSample.MAX_EVENTS);
		assertThat(this.messages.get(1).path("events").get(0).path("args")).hasToString("[\"said\"]");
		assertThat(this.messages.get(1).path("leftOut").asInt()).isEqualTo(3);
		this.timers.advanceTimeBy(EventFeed.INTERVAL.multipliedBy(10));
		assertThat(this.messages).hasSize(2);
		page.dispose();
	}

	@Test
	void replacesValuesThatTheViewerMustNotSee() {
		open(false);
		send(1);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages.get(1).path("events").get(0).path("args")).hasToString("[\"******\"]");
	}

	@Test
	void listensWhileAPageRequestsEvents() {
		Disposable page = open(true);
		this.timers.advanceTimeBy(RemotePages.KEPT.multipliedBy(5));
		assertThat(this.taps.hasListeners(ROOM)).isTrue();
		page.dispose();
		this.timers.advanceTimeBy(RemotePages.KEPT.multipliedBy(2));
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
	}

	/** So that the browser opens a new feed, and reads what it has missed. */
	@Test
	void endsIfTheInstanceMoves() {
		open(true);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.ended).isFalse();
		this.owner = null;
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.ended).isTrue();
	}

	@Test
	void continuesAfterAnAnswerThatIsMissing() {
		open(true);
		this.silent = true;
		send(1);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(1);
		this.silent = false;
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(2);
	}

	@Test
	void countsTheEventsOfAnAnswerThatIsLost() {
		open(true);
		this.lost = true;
		send(EventSample.MAX_EVENTS + 2);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		this.lost = false;
		send(1);
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.messages).hasSize(2);
		assertThat(this.messages.get(1).path("events")).hasSize(1);
		assertThat(this.messages.get(1).path("leftOut").asInt()).isEqualTo(EventSample.MAX_EVENTS + 2);
	}

	/** So that the browser opens a new feed, and reads what it has missed. */
	@Test
	void endsIfTheNodeHasForgottenThePage() {
		open(true);
		this.silent = true;
		this.timers.advanceTimeBy(RemotePages.KEPT.multipliedBy(3));
		assertThat(this.taps.hasListeners(ROOM)).isFalse();
		send(1);
		this.silent = false;
		assertThat(this.ended).isFalse();
		this.timers.advanceTimeBy(EventFeed.INTERVAL);
		assertThat(this.ended).isTrue();
		assertThat(this.messages).hasSize(1);
	}

	@Test
	void failsIfTheNodeDoesNotAnswer() {
		this.silent = true;
		StepVerifier.create(this.feed.open(ROOM, values(true))).verifyError(UnansweredException.class);
	}

	@Test
	void failsIfTheNodeHasNoInspector() {
		new RemoteInstances((actor) -> null, OtherNodes.NONE, this.requests);
		StepVerifier.create(this.feed.open(ROOM, values(true))).verifyError(UnansweredException.class);
	}

	@Test
	void aNodeHasALimitedNumberOfRemoteViewers() {
		List<Disposable> pages = new ArrayList<>();
		for (int i = 0; i < RemotePages.MAX_VIEWERS; i++) {
			pages.add(open(true));
		}
		pages.forEach(Disposable::dispose);
		StepVerifier.create(this.feed.open(ROOM, values(true))).verifyError(UnansweredException.class);
		this.timers.advanceTimeBy(RemotePages.KEPT.multipliedBy(2));
		StepVerifier.create(this.feed.open(ROOM, values(true)).take(1)).expectNextCount(1).verifyComplete();
	}

	private Disposable open(boolean shown) {
		return this.feed.open(ROOM, values(shown))
			.doOnComplete(() -> this.ended.set(true))
			.subscribe((message) -> this.messages.add(JsonMapper.shared().readTree(message)));
	}

	private ShownValues values(boolean shown) {
		return new ShownValues(new StateSanitizer(List.of(), this.mapper), this.mapper, shown);
	}

	private void send(int count) {
		for (int i = 0; i < count; i++) {
			this.taps.sent(ROOM, new SentEvent(new Position("epoch", i + 1), "e", List.of(StringNode.valueOf("said")),
					Set.of(), 1, 1));
		}
	}

	@History
	static final class Room {

		@Action
		void say(ActorContext<?, ?> context, String text) {
			context.broadcast("said", text);
		}

	}

}
