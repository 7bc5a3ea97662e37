/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event.publishing;

import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BinaryNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.event.ActorCreatedEvent;
import io.rivetevents.event.ActorDestroyedEvent;
import io.rivetevents.event.ActorSleptEvent;
import io.rivetevents.event.ActorWokenEvent;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.event.ConnectionClosedEvent;
import io.rivetevents.event.ConnectionOpenedEvent;
import io.rivetevents.event.EventDroppedEvent;
import io.rivetevents.event.LimitWarningEvent;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.CallContext;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.ActorWorkers;
import io.rivetevents.tracing.TestSpans;

import static org.assertj.core.api.Assertions.assertThat;

class EventPublishingObserverTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "a");

	private final Scheduler timers = Schedulers.newSingle("timers", true);

	private final Scheduler workers = new ActorWorkers(4, new WakeupBatches(this.timers));

	private final Limits limits = Limits.defaults();

	private final Queue<Object> published = new ConcurrentLinkedQueue<>();

	/** What a listener does before it notes the event. */
	private volatile Consumer<Object> listener = (event) -> {
	};

	private final EventPublishingObserver observer = new EventPublishingObserver((event) -> {
		this.listener.accept(event);
		this.published.add(event);
	}, this.workers, this.limits, CallerScope.NONE);

	@AfterEach
	void nothingWaits() {
		Awaitility.await().until(() -> this.limits.applicationEvents().used() == 0);
		assertThat(this.observer.instances()).isZero();
		this.workers.dispose();
		this.timers.dispose();
	}

	@Test
	void publishesTheEventsOfEachConnectionInTheirOrder() throws InterruptedException {
		List<Connection<?>> connections = IntStream.range(0, 8).<Connection<?>>mapToObj((i) -> connection()).toList();
		this.listener = (event) -> {
			if (event.hashCode() % 3 == 0) {
				Thread.yield();
			}
		};
		List<Thread> threads = connections.stream().map((each) -> new Thread(() -> live(each, 500))).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		Awaitility.await().until(() -> this.published.size() == 8 * 502);
		for (Connection<?> connection : connections) {
			assertThat(told(connection)).startsWith("opened")
				.endsWith("closed")
				.containsSubsequence(
						IntStream.range(0, 500).mapToObj((i) -> (i % 7 == 6) ? "dropped " + i : "bad " + i).toList())
				.hasSize(502);
		}
	}

	private void live(Connection<?> connection, int requests) {
		this.observer.connectionOpened(connection);
		for (int i = 0; i < requests; i++) {
			if (i % 7 == 6) {
				this.observer.eventsDropped(connection, "moved", i);
			}
			else {
				badRequest(connection, i);
			}
		}
		this.observer.connectionClosed(connection, null);
	}

	@Test
	void publishesTheLifeOfAnInstanceAroundThatOfItsConnections() throws InterruptedException {
		CountDownLatch held = hold(BadRequestEvent.class);
		Connection<?> first = connection();
		Connection<?> second = connection();
		ActorInfo before = info(1);
		ActorInfo after = info(2);
		this.observer.actorCreated(before);
		this.observer.connectionOpened(first);
		this.observer.connectionOpened(second);
		badRequest(first, 0);
		this.observer.connectionClosed(first, null);
		this.observer.connectionClosed(second, null);
		this.observer.actorLeaves(before);
		Thread next = new Thread(() -> {
			this.observer.actorWoken(after);
			this.observer.connectionOpened(first);
		});
		next.start();
		next.join();
		this.observer.actorSlept(before);
		assertThat(this.published).containsExactly(new ActorCreatedEvent(before), new ConnectionOpenedEvent(first),
				new ConnectionOpenedEvent(second), new ConnectionClosedEvent(second, null));
		held.countDown();
		Awaitility.await().until(() -> this.published.size() == 9);
		assertThat(this.published).element(4).isInstanceOf(BadRequestEvent.class);
		assertThat(new ArrayList<>(this.published).subList(5, 9)).containsExactly(
				new ConnectionClosedEvent(first, null), new ActorSleptEvent(before), new ActorWokenEvent(after),
				new ConnectionOpenedEvent(first));
	}

	@Test
	void publishesTheEndOfAnInstanceBeforeTheBeginOfTheNext() {
		ActorInfo before = info(1);
		ActorInfo after = info(1);
		this.observer.actorLeaves(before);
		this.observer.actorCreated(after);
		assertThat(this.published).isEmpty();
		this.observer.actorDestroyed(before);
		Awaitility.await().until(() -> this.published.size() == 2);
		assertThat(this.published).containsExactly(new ActorDestroyedEvent(before), new ActorCreatedEvent(after));
	}

	@Test
	void publishesOnTheThreadOfTheTurnIfNothingWaits() {
		Queue<Thread> threads = new ConcurrentLinkedQueue<>();
		this.listener = (event) -> threads.add(Thread.currentThread());
		Connection<?> connection = connection();
		ActorInfo actor = info(1);
		this.observer.actorCreated(actor);
		this.observer.connectionOpened(connection);
		this.observer.connectionClosed(connection, null);
		this.observer.actorLeaves(actor);
		this.observer.actorSlept(actor);
		assertThat(threads).hasSize(4).containsOnly(Thread.currentThread());
	}

	/** Immediately, after a wait and on a worker. */
	@Test
	void publishesWithinTheTraceOfTheCause() {
		TestSpans spans = new TestSpans();
		Queue<String> traces = new ConcurrentLinkedQueue<>();
		this.listener = (event) -> traces.add(
				event.getClass().getSimpleName() + " " + CallContext.current().get(ObservationThreadLocalAccessor.KEY));
		Connection<?> connection = connection();
		Observation cause = Observation.start("cause", spans.registry());
		cause.scoped(() -> {
			this.observer.connectionOpened(connection);
			badRequest(connection, 0);
			this.observer.connectionClosed(connection, null);
		});
		badRequest(connection, 0);
		Awaitility.await().until(() -> this.published.size() == 4);
		assertThat(traces).containsExactly("ConnectionOpenedEvent " + cause, "BadRequestEvent " + cause,
				"ConnectionClosedEvent " + cause, "BadRequestEvent null");
	}

	@Test
	void holdsNoOtherConnectionUpForASlowListener() {
		CountDownLatch held = new CountDownLatch(1);
		Connection<?> slow = connection();
		this.listener = (event) -> {
			if (event instanceof BadRequestEvent bad && bad.connection() == slow) {
				await(held);
			}
		};
		badRequest(slow, 0);
		Connection<?> other = connection();
		live(other, 5);
		this.observer.slowConsumer(connection());
		this.observer.badRequest(null, ROOM, "move", argument(IntNode.valueOf(3)));
		Awaitility.await().until(() -> this.published.size() == 9);
		assertThat(told(other)).containsExactly("opened", "bad 0", "bad 1", "bad 2", "bad 3", "bad 4", "closed");
		held.countDown();
		Awaitility.await().until(() -> this.published.size() == 10);
	}

	@Test
	void goesOnAfterAListenerThatFails() {
		Connection<?> connection = connection();
		this.listener = (event) -> {
			if (event instanceof BadRequestEvent bad && bad.value().intValue() == 1) {
				throw new AssertionError("a listener that is broken");
			}
		};
		live(connection, 3);
		Awaitility.await().dontCatchUncaughtExceptions().until(() -> told(connection).contains("closed"));
		assertThat(told(connection)).containsExactly("opened", "bad 0", "bad 2", "closed");
	}

	@Test
	void dropsWhatIsTooMuchOfOneConnection() {
		CountDownLatch held = hold(BadRequestEvent.class);
		Connection<?> greedy = connection();
		byte[] value = new byte[(int) EventOrder.CONNECTION_BYTES / 4];
		for (int i = 0; i < 10; i++) {
			this.observer.badRequest(greedy, ROOM, "move", argument(BinaryNode.valueOf(value)));
		}
		assertThat(this.limits.hits().count(Limit.APPLICATION_EVENTS)).isEqualTo(7);
		badRequest(connection(), 0);
		this.observer.connectionClosed(greedy, null);
		assertThat(this.limits.hits().count(Limit.APPLICATION_EVENTS)).isEqualTo(7);
		held.countDown();
		Awaitility.await().until(() -> this.published.size() == 5);
		assertThat(told(greedy)).hasSize(4).endsWith("closed");
	}

	@Test
	void publishesAValueThatIsLargerThanItsBoundIfNothingElseWaits() {
		byte[] value = new byte[(int) EventOrder.CONNECTION_BYTES * 2];
		this.observer.badRequest(connection(), ROOM, "move", argument(BinaryNode.valueOf(value)));
		Awaitility.await().until(() -> this.published.size() == 1);
	}

	@Test
	void losesNoBeginAndNoEndIfTooMuchWaits() {
		CountDownLatch held = hold(BadRequestEvent.class);
		Connection<?> connection = connection();
		badRequest(connection, 0);
		long all = this.limits.applicationEvents().max();
		this.limits.applicationEvents().acquire(all);
		badRequest(connection, 1);
		badRequest(connection(), 2);
		this.observer.authenticationTimedOut(URI.create("/rivet"), null);
		assertThat(this.limits.hits().count(Limit.APPLICATION_EVENTS)).isEqualTo(3);
		this.observer.connectionClosed(connection, null);
		ActorInfo actor = info(1);
		this.observer.actorLeaves(actor);
		this.observer.actorDestroyed(actor);
		assertThat(this.published).containsExactly(new ConnectionClosedEvent(connection, null),
				new ActorDestroyedEvent(actor));
		assertThat(this.limits.hits().count(Limit.APPLICATION_EVENTS)).isEqualTo(5);
		this.limits.applicationEvents().release(all);
		held.countDown();
		Awaitility.await().until(() -> this.published.size() == 3);
	}

	@Test
	void publishesWarningsOfLimits() {
		int max = this.limits.settings().principal().instances();
		for (int i = 0; i < max; i++) {
			this.limits.create(new Identity((Principal) null, "ada", null, null));
		}
		Awaitility.await().until(() -> this.published.size() == 1);
		assertThat(this.published).containsExactly(
				new LimitWarningEvent("limits.principal.instances", "principal", "ada", max - max / 5, max));
	}

	@Test
	void losesNoEndIfTheWorkersHaveEnded() {
		CountDownLatch held = new CountDownLatch(1);
		CountDownLatch reached = new CountDownLatch(1);
		this.listener = (event) -> {
			if (event instanceof BadRequestEvent) {
				reached.countDown();
				Awaitility.await().until(() -> held.getCount() == 0);
			}
		};
		Connection<?> connection = connection();
		badRequest(connection, 0);
		await(reached);
		badRequest(connection, 1);
		this.observer.connectionClosed(connection, null);
		this.workers.dispose();
		held.countDown();
		Awaitility.await().until(() -> told(connection).contains("closed"));
		assertThat(told(connection)).doesNotContain("bad 1");
	}

	/** Holds listeners to one type of event until the latch is counted down. */
	private CountDownLatch hold(Class<?> type) {
		CountDownLatch held = new CountDownLatch(1);
		this.listener = (event) -> {
			if (type.isInstance(event)) {
				await(held);
			}
		};
		return held;
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void badRequest(Connection<?> connection, int number) {
		this.observer.badRequest(connection, ROOM, "move", argument(IntNode.valueOf(number)));
	}

	private static InvalidArgumentException argument(JsonNode value) {
		return new InvalidArgumentException("does not fit", StringNode.valueOf("x"), 0, value);
	}

	private static ActorInfo info(long generation) {
		return new ActorInfo("id", ROOM, generation, Instant.EPOCH, Instant.now(), generation == 1);
	}

	private static Connection<?> connection() {
		return new ActorConnection(ConnectRequest.stateful(null, Identity.ANONYMOUS), Outbound.NONE,
				new ConnectionScope(ROOM.name(), ROOM.key(), false, null, Mockito.mock(ConnectionServices.class)),
				null);
	}

	/** What was published of a connection. */
	private List<String> told(Connection<?> connection) {
		List<String> told = new ArrayList<>();
		for (Object event : this.published) {
			if (event instanceof ConnectionOpenedEvent opened && opened.connection() == connection) {
				told.add("opened");
			}
			else if (event instanceof ConnectionClosedEvent closed && closed.connection() == connection) {
				told.add("closed");
			}
			else if (event instanceof BadRequestEvent bad && bad.connection() == connection) {
				told.add("bad " + bad.value().asString());
			}
			else if (event instanceof EventDroppedEvent dropped && dropped.connection() == connection) {
				told.add("dropped " + dropped.dropped());
			}
		}
		return told;
	}

}
