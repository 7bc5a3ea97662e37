/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.tracing.TestSpans;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Rows of the outbox on one and on two nodes, in virtual time.
 */
class StoredOutboxTests {

	private static final Duration LEASE = Duration.ofSeconds(30);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final MemoryOutboxStore store = new MemoryOutboxStore();

	private final List<Node> nodes = new ArrayList<>();

	private Duration maxAge = Duration.ZERO;

	@AfterEach
	void stop() {
		this.nodes.forEach((node) -> node.outbox.stop());
		this.time.dispose();
	}

	private Node node() {
		Node node = new Node();
		this.nodes.add(node);
		node.outbox.start();
		this.time.advanceTime();
		return node;
	}

	/** Returns the answer to the first of two calls of an instance. */
	private static Sinks.One<JsonNode> addASlowCallAndAnother(Node node) {
		Sinks.One<JsonNode> slow = Sinks.one();
		node.answer = slow.asMono();
		node.outbox.add(new ActorTarget.ById("id"), "1", List.of());
		node.outbox.add(new ActorTarget.ById("id"), "2", List.of());
		return slow;
	}

	private void pass(Duration time) {
		this.time.advanceTimeBy(time);
	}

	private static AddressedEvent event(String user, String name) {
		return new AddressedEvent(new Selection.User(user, "issuer"), false, name, List.of(StringNode.valueOf("x")),
				Set.of("tag"), true);
	}

	@Test
	void sendsAnEventWithItsIdAndDeletesTheRow() {
		Node node = node();
		node.connected = 1;
		node.outbox.add(event("ada", "paid"));
		assertThat(node.events).hasSize(1).first().satisfies((sent) -> {
			assertThat(sent.id()).matches("[0-9a-f]{32}");
			assertThat(sent).usingRecursiveComparison().ignoringFields("id").isEqualTo(event("ada", "paid"));
		});
		assertThat(this.store.rows()).isEmpty();
		assertThat(node.outbox.status().sent()).isEqualTo(1);
	}

	@Test
	void dropsAnEventThatNobodyReceives() {
		Node node = node();
		node.outbox.add(event("ada", "paid"));
		assertThat(this.store.rows()).isEmpty();
		assertThat(node.outbox.status().unreceived()).isEqualTo(1);
	}

	@Test
	void keepsAnEventUntilItsMaximumAge() {
		this.maxAge = Duration.ofMinutes(1);
		Node node = node();
		node.outbox.add(event("ada", "paid"));
		node.outbox.add(event("linus", "paid"));
		pass(Duration.ofSeconds(20));
		assertThat(this.store.rows()).hasSize(2);
		int attempts = node.events.size();
		assertThat(attempts).isGreaterThan(2);
		node.receives = (event) -> event.selection().equals(new Selection.User("ada", "issuer"));
		node.connected = 1;
		pass(Duration.ofSeconds(15));
		assertThat(this.store.rows()).hasSize(1);
		pass(Duration.ofSeconds(26));
		assertThat(this.store.rows()).isEmpty();
		assertThat(node.outbox.status().sent()).isEqualTo(1);
		assertThat(node.outbox.status().unreceived()).isEqualTo(1);
	}

	@Test
	void theNodeOfAConnectionReportsThatItHasReceivedTheEvent() {
		Node left = node();
		Node right = node();
		right.connected = 1;
		left.outbox.add(event("ada", "paid"));
		assertThat(right.events).hasSize(1);
		assertThat(this.store.rows()).isEmpty();
		pass(Duration.ofMinutes(1));
		assertThat(right.events).hasSize(1);
		assertThat(left.outbox.status().unreceived() + right.outbox.status().unreceived()).isZero();
		assertThat(right.outbox.status().sent()).isEqualTo(1);
	}

	/** The first attempt may have been received by another node. */
	@Test
	void anEventThatNoNodeHasReceivedIsDroppedAfterAWhile() {
		Node left = node();
		Node right = node();
		left.outbox.add(event("ada", "paid"));
		assertThat(this.store.rows()).hasSize(1);
		pass(Duration.ofSeconds(3));
		assertThat(this.store.rows()).isEmpty();
		assertThat(left.events).hasSize(1);
		assertThat(right.events).hasSize(1);
		assertThat(left.outbox.status().unreceived() + right.outbox.status().unreceived()).isEqualTo(1);
	}

	@Test
	void anotherNodeTakesTheRowOfANodeThatHasStopped() {
		Node killed = node();
		killed.connected = 1;
		killed.publishing = Mono.never();
		killed.outbox.add(event("ada", "paid"));
		killed.killed = true;
		Node other = node();
		other.connected = 1;
		pass(LEASE.minusSeconds(1));
		assertThat(other.events).isEmpty();
		pass(Duration.ofSeconds(2));
		assertThat(other.events).hasSize(1);
		assertThat(other.events.get(0).id()).isEqualTo(killed.events.get(0).id());
		assertThat(this.store.rows()).isEmpty();
	}

	/** The node was restarted, and its clients are still away. */
	@Test
	void anEventFromBeforeTheStartWaitsForClientsThatConnectAgain() {
		Node crashed = new Node();
		crashed.outbox.add(event("ada", "paid"));
		crashed.outbox.add(event("linus", "paid"));
		pass(Duration.ofMinutes(10));
		Node node = node();
		pass(Duration.ofSeconds(5));
		assertThat(node.outbox.status().unreceived()).isZero();
		node.receives = (event) -> event.selection().equals(new Selection.User("ada", "issuer"));
		node.connected = 1;
		pass(Duration.ofSeconds(5));
		assertThat(node.outbox.status().sent()).isEqualTo(1);
		assertThat(this.store.rows()).hasSize(1);
		node.outbox.add(event("linus", "late"));
		assertThat(this.store.rows()).hasSize(1);
		pass(RowHandler.RECONNECT.minusSeconds(10));
		assertThat(this.store.rows()).isEmpty();
		assertThat(node.outbox.status().unreceived()).isEqualTo(2);
	}

	/** A backplane of the application may not answer. */
	@Test
	void aBackplaneThatDoesNotAnswerKeepsNoRow() {
		Node node = node();
		node.connected = 1;
		node.publishing = Mono.never();
		node.outbox.add(event("ada", "paid"));
		node.publishing = Mono.empty();
		node.outbox.add(event("ada", "waits"));
		pass(LEASE.plusSeconds(2));
		assertThat(node.names()).contains("paid", "waits");
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void aNodeThatIsNotStartedTakesNothing() {
		Node node = new Node();
		node.outbox.add(event("ada", "paid"));
		pass(Duration.ofMinutes(1));
		assertThat(node.events).isEmpty();
		assertThat(this.store.rows()).hasSize(1);
	}

	@Test
	void aNodeThatStopsGivesBackWhatWaits() {
		Node node = node();
		Sinks.Empty<Void> slow = Sinks.empty();
		node.publishing = slow.asMono();
		node.connected = 1;
		node.outbox.add(event("ada", "first"));
		node.outbox.add(event("ada", "second"));
		node.outbox.stop();
		slow.tryEmitEmpty();
		assertThat(this.store.rows()).singleElement().satisfies((row) -> {
			assertThat(row.name()).isEqualTo("second");
			assertThat(row.leaseUntil()).isEqualTo(node.clock.instant());
			assertThat(row.attempts()).isZero();
		});
	}

	@Test
	void failuresAreRepeatedTenTimesAndBlockNoOthers() {
		Node node = node();
		node.connected = 1;
		node.failing = "broken";
		node.outbox.add(event("ada", "broken"));
		node.outbox.add(event("ada", "paid"));
		assertThat(node.names()).containsExactly("broken", "paid");
		pass(Duration.ofMinutes(3));
		assertThat(this.store.rows()).hasSize(1);
		pass(Duration.ofMinutes(2));
		assertThat(this.store.rows()).isEmpty();
		assertThat(node.names()).hasSize(11).filteredOn("broken"::equals).hasSize(RowHandler.MAX_ATTEMPTS);
		assertThat(node.outbox.status().failed()).isEqualTo(1);
		assertThat(node.outbox.status().sent()).isEqualTo(1);
	}

	@Test
	void anEventThatIsNotPublishedIsSentAgain() {
		Node node = node();
		node.connected = 1;
		node.publishing = Mono.error(new IllegalStateException("no network"));
		node.outbox.add(event("ada", "paid"));
		assertThat(this.store.rows()).hasSize(1);
		node.publishing = Mono.empty();
		pass(Duration.ofSeconds(2));
		assertThat(node.events).hasSize(2);
		assertThat(node.events.get(0)).isEqualTo(node.events.get(1));
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void rowsOfATargetAreInOrderAndThoseOfOthersDoNotWait() {
		Node node = node();
		Sinks.Empty<Void> slow = Sinks.empty();
		node.connected = 1;
		node.publishing = slow.asMono();
		node.outbox.add(event("ada", "1"));
		node.publishing = Mono.empty();
		node.outbox.add(event("ada", "2"));
		node.outbox.add(event("linus", "3"));
		node.outbox.add(event("ada", "4"));
		assertThat(node.names()).containsExactly("1", "3");
		slow.tryEmitEmpty();
		assertThat(node.names()).containsExactly("1", "3", "2", "4");
		assertThat(this.store.rows()).isEmpty();
	}

	/** Bodies in memory are bounded by the number of rows. */
	@Test
	void holdsALimitedNumberOfRows() {
		Node node = node();
		Sinks.Empty<Void> slow = Sinks.empty();
		node.connected = 1;
		node.publishing = slow.asMono();
		IntStream.range(0, 2 * OutboxRunner.WINDOW + 1).forEach((i) -> node.outbox.add(event("user" + i, "paid")));
		assertThat(node.events).hasSize(OutboxRunner.WINDOW);
		node.publishing = Mono.empty();
		slow.tryEmitEmpty();
		assertThat(node.events).hasSize(2 * OutboxRunner.WINDOW + 1);
		assertThat(this.store.rows()).isEmpty();
		assertThat(this.store.mostAskedFor).isEqualTo(OutboxRunner.WINDOW);
	}

	@Test
	void aCallThatTakesLongerThanTheLeaseIsMadeOnce() {
		Node other = node();
		Node node = node();
		Sinks.One<JsonNode> slow = Sinks.one();
		node.answer = slow.asMono();
		node.outbox.add(new ActorTarget.ById("id"), "1", List.of());
		pass(LEASE.multipliedBy(4));
		slow.tryEmitValue(MissingNode.getInstance());
		assertThat(node.actions()).containsExactly("1");
		assertThat(other.actions()).isEmpty();
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void rowsThatWaitLongerThanTheLeaseStayInOrder() {
		Node node = node();
		node();
		Sinks.One<JsonNode> slow = Sinks.one();
		node.answer = slow.asMono();
		List.of("1", "2", "3").forEach((action) -> node.outbox.add(new ActorTarget.ById("id"), action, List.of()));
		pass(LEASE.multipliedBy(2));
		assertThat(this.store.rows()).extracting(OutboxRow::attempts).containsExactly(1, 1, 1);
		node.answer = Mono.just(MissingNode.getInstance());
		slow.tryEmitValue(MissingNode.getInstance());
		assertThat(node.actions()).containsExactly("1", "2", "3");
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void aCallThatFailsAfterALongTimeIsRepeatedSoon() {
		Node node = node();
		Sinks.One<JsonNode> slow = Sinks.one();
		node.answer = slow.asMono();
		node.outbox.add(new ActorTarget.ById("id"), "1", List.of());
		pass(LEASE.multipliedBy(2));
		slow.tryEmitError(new RivetException(ErrorCode.OVERLOADED));
		pass(Duration.ofSeconds(1));
		assertThat(node.actions()).containsExactly("1", "1");
		assertThat(this.store.rows()).singleElement().extracting(OutboxRow::attempts).isEqualTo(2);
	}

	/** Rows behind one whose lease has ended wait with it. */
	@Test
	void rowsWhoseLeaseHasEndedAreHandledInOrderAfterItsRenewal() {
		Node node = node();
		Sinks.One<JsonNode> slow = addASlowCallAndAnother(node);
		pass(Duration.ofSeconds(5));
		node.outbox.add(new ActorTarget.ById("id"), "3", List.of());
		node.disconnected = true;
		pass(LEASE.minusSeconds(1));
		node.answer = Mono.just(MissingNode.getInstance());
		slow.tryEmitValue(MissingNode.getInstance());
		assertThat(node.actions()).containsExactly("1");
		pass(LEASE);
		assertThat(node.actions()).containsExactly("1");
		node.disconnected = false;
		pass(Duration.ofSeconds(1));
		assertThat(node.actions()).containsExactly("1", "2", "3");
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void aRowThatAnotherNodeHasTakenIsNotHandled() {
		Node node = node();
		Node other = node();
		Sinks.One<JsonNode> slow = addASlowCallAndAnother(node);
		node.disconnected = true;
		pass(LEASE.plusSeconds(1));
		assertThat(other.actions()).containsExactly("1", "2");
		node.disconnected = false;
		pass(Duration.ofSeconds(1));
		node.answer = Mono.just(MissingNode.getInstance());
		slow.tryEmitValue(MissingNode.getInstance());
		node.outbox.add(new ActorTarget.ById("id"), "3", List.of());
		assertThat(node.actions()).containsExactly("1", "3");
		assertThat(this.store.rows()).isEmpty();
	}

	/** Its lease was lost while it waited behind another one. */
	@Test
	void aRowThatIsTakenAgainWhileItWaitsIsHandledOnce() {
		Node node = node();
		Sinks.One<JsonNode> slow = addASlowCallAndAnother(node);
		node.disconnected = true;
		pass(LEASE.plusSeconds(1));
		Instant now = Instant.ofEpochMilli(this.time.now(TimeUnit.MILLISECONDS));
		assertThat(this.store.take(10, now, now.plusMillis(1))).hasSize(2);
		node.disconnected = false;
		pass(Duration.ofSeconds(1));
		assertThat(this.store.rows()).extracting(OutboxRow::attempts).containsExactly(3, 3);
		node.disconnected = true;
		node.answer = Mono.just(MissingNode.getInstance());
		slow.tryEmitValue(MissingNode.getInstance());
		assertThat(node.actions()).filteredOn("2"::equals).hasSize(1);
		node.disconnected = false;
		pass(Duration.ofSeconds(1));
		assertThat(node.actions()).filteredOn("2"::equals).hasSize(1);
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void continuesAfterAFailureOfTheDatabase() {
		Node node = node();
		node.connected = 1;
		this.store.fails = true;
		node.outbox.add(event("ada", "paid"));
		pass(Duration.ofSeconds(10));
		assertThat(node.events).isEmpty();
		this.store.fails = false;
		pass(Duration.ofSeconds(1));
		assertThat(node.events).hasSize(1);
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void callsAnActionWithTheIdAsItsKey() {
		Node node = node();
		ActorTarget target = new ActorTarget.GetOrCreate(ActorAddress.of("stock", "a", "a/b"),
				"{\"size\":1}".getBytes());
		node.outbox.add(target, "take", List.of(IntNode.valueOf(3)));
		node.outbox.add(new ActorTarget.ById("id"), "take", List.of());
		assertThat(node.calls).hasSize(2);
		assertThat(node.calls.get(0).target).usingRecursiveComparison().isEqualTo(target);
		assertThat(node.calls.get(1).target).isEqualTo(new ActorTarget.ById("id"));
		ToServer.ActionRequest call = node.calls.get(0).action;
		assertThat(call.name()).isEqualTo("take");
		assertThat(call.args()).containsExactly(IntNode.valueOf(3));
		assertThat(call.options().idempotencyKey()).matches("outbox [0-9a-f]{32}");
		assertThat(node.outbox.status().executed()).isEqualTo(2);
		assertThat(this.store.rows()).isEmpty();
	}

	/** Also if its row is taken on the thread that has added it. */
	@Test
	void aCallDoesNotBelongToTheTraceThatHasAddedIt() {
		Node node = node();
		Observation caller = Observation.start("caller", new TestSpans().registry());
		caller.scoped(() -> {
			node.outbox.add(new ActorTarget.ById("id"), "pay", List.of());
			node.outbox.add(event("ada", "paid"));
			assertThat(CallContext.current().get(ObservationThreadLocalAccessor.KEY)).isSameAs(caller);
		});
		assertThat(node.actions()).containsExactly("pay");
		assertThat(node.names()).containsExactly("paid");
		assertThat(node.contexts).hasSize(2).containsOnly(CallContext.NONE);
	}

	@Test
	void repeatsACallWithTheSameKey() {
		Node node = node();
		node.answer = Mono.error(new RivetException(ErrorCode.OVERLOADED));
		node.outbox.add(new ActorTarget.ById("id"), "take", List.of());
		node.answer = Mono.just(MissingNode.getInstance());
		pass(Duration.ofSeconds(2));
		assertThat(node.calls).hasSize(2);
		assertThat(node.calls.get(0)).isEqualTo(node.calls.get(1));
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void rejectsWhatIsTooLong() {
		Node node = node();
		AddressedEvent large = event("ada", "paid").withArgs(List.of(StringNode.valueOf("x".repeat(1000))));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> node.outbox.add(large))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(ErrorCode.OUTGOING_TOO_LONG.code()));
		assertThat(this.store.rows()).isEmpty();
	}

	@Test
	void rejectsAThreadThatMustNotBlock() {
		Node node = node();
		Mono<Void> adding = Mono.<Void>fromRunnable(() -> node.outbox.add(event("ada", "paid")))
			.subscribeOn(Schedulers.newParallel("loop", 1));
		assertThatIllegalStateException().isThrownBy(adding::block)
			.withMessageContaining("paid was not stored")
			.withMessageContaining("must not block");
	}

	@Test
	void idsAreInOrderIfTheClockIsSetBack() {
		RowIds ids = new RowIds(() -> 0);
		Instant now = Instant.ofEpochMilli(1_000_000);
		List<String> created = new ArrayList<>();
		for (int i = 0; i < 70_000; i++) {
			created.add(ids.next(now.minusMillis(i)));
		}
		assertThat(created).isSorted().doesNotHaveDuplicates();
		assertThat(ids.next(now.plusSeconds(10))).isGreaterThan(created.get(created.size() - 1));
	}

	/** A call that a node has made. */
	private record Call(ActorTarget target, ToServer.ActionRequest action) {
	}

	/** A node whose connections, backplane and directory are those of the test. */
	private final class Node implements Backplane, OutboxStore {

		final List<AddressedEvent> events = new ArrayList<>();

		final List<Call> calls = new ArrayList<>();

		final Clock clock = new SchedulerClock();

		final StoredOutbox outbox;

		/** Those in which events were sent and calls were made. */
		final List<CallContext> contexts = new ArrayList<>();

		/** Connections that receive an event. */
		int connected;

		Function<AddressedEvent, Boolean> receives = (event) -> true;

		Mono<Void> publishing = Mono.empty();

		Mono<JsonNode> answer = Mono.just(MissingNode.getInstance());

		@Nullable String failing;

		/** Whether it has ended: it neither takes rows nor writes results. */
		boolean killed;

		/** Whether it cannot use the database. */
		boolean disconnected;

		Node() {
			OutboxSettings settings = new OutboxSettings(true, Duration.ofSeconds(1), LEASE,
					StoredOutboxTests.this.maxAge, 500);
			this.outbox = new StoredOutbox(this, settings,
					new StoredOutbox.Time(this.clock, StoredOutboxTests.this.time, Schedulers.immediate()),
					new StoredOutbox.Targets(this::dispatch, () -> this, this::directory));
		}

		private Receipt dispatch(AddressedEvent event) {
			this.events.add(event);
			this.contexts.add(CallContext.current());
			if (event.event().equals(this.failing)) {
				throw new IllegalStateException("It fails, as the test wants it");
			}
			int queued = this.receives.apply(event) ? this.connected : 0;
			return new Receipt.Done(queued, queued);
		}

		private ActorDirectory directory() {
			return (ActorDirectory) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { ActorDirectory.class }, (proxy, method, args) -> {
						assertThat(method.getName()).isEqualTo("call");
						this.contexts.add(CallContext.current());
						this.calls.add(new Call((ActorTarget) args[0], (ToServer.ActionRequest) args[2]));
						return this.answer;
					});
		}

		@Override
		public void add(OutboxRow row, Runnable committed) {
			StoredOutboxTests.this.store.add(row, committed);
		}

		@Override
		public List<OutboxRow> take(int limit, Instant now, Instant until) {
			check();
			return this.killed ? List.of() : StoredOutboxTests.this.store.take(limit, now, until);
		}

		@Override
		public Set<String> renew(Collection<OutboxRow> taken, Instant until) {
			check();
			return this.killed ? Set.of() : StoredOutboxTests.this.store.renew(taken, until);
		}

		private void check() {
			if (this.disconnected) {
				throw new IllegalStateException("This node cannot reach the database");
			}
		}

		@Override
		public void finish(Collection<String> handled, Collection<OutboxRow.Postponed> postponed) {
			check();
			if (!this.killed) {
				StoredOutboxTests.this.store.finish(handled, postponed);
			}
		}

		List<String> actions() {
			return this.calls.stream().map((call) -> call.action.name()).toList();
		}

		List<String> names() {
			return this.events.stream().map(AddressedEvent::event).toList();
		}

		@Override
		public boolean reachesOtherNodes() {
			return StoredOutboxTests.this.nodes.size() > 1;
		}

		@Override
		public Mono<Void> publishConfirmed(AddressedEvent event) {
			return this.publishing.then(Mono.fromRunnable(() -> publish(event)));
		}

		/** As {@code ClusterConnections} of the other nodes receives it. */
		@Override
		public void publish(AddressedEvent event) {
			for (Node other : StoredOutboxTests.this.nodes) {
				if (other != this && other.dispatch(event).queued() > 0) {
					other.outbox.received(event.id());
				}
			}
		}

		@Override
		public void start(java.util.function.Consumer<AddressedEvent> receiver) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

		@Override
		public BackplaneStatus status() {
			throw new UnsupportedOperationException();
		}

	}

	/** The time of the scheduler. */
	private final class SchedulerClock extends Clock {

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Instant instant() {
			return Instant.ofEpochMilli(StoredOutboxTests.this.time.now(TimeUnit.MILLISECONDS));
		}

	}

}
