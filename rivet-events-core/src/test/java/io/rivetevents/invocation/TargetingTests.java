/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Recipients;
import io.rivetevents.connection.Targets;
import io.rivetevents.contract.Volatile;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Which clients receive an event: within the actor, from outside, on the node.
 */
class TargetingTests {

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS.withMailboxCapacity(2000), this.room,
			new Strict());

	private final ClusterConnections connections = new ClusterConnections(this.harness.connections(),
			new LocalBackplane(), this.harness.targets());

	private RecordedOutbound ada;

	private RecordedOutbound adasTab;

	private RecordedOutbound linus;

	@BeforeEach
	void connect() {
		this.ada = this.harness.connectUser(Room.class, "k", "ada");
		this.adasTab = this.harness.connectUser(Room.class, "k", "ada");
		this.linus = this.harness.connectUser(Room.class, "k", "linus");
		subscribe(Room.class, this.ada, "said");
		subscribe(Room.class, this.adasTab, "said");
		subscribe(Room.class, this.linus, "said");
	}

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void broadcastsToThoseWhoHaveSubscribed() {
		RecordedOutbound silent = this.harness.connectUser(Room.class, "k", "silent");
		Receipt receipt = inTurn((c) -> c.broadcast("said", "hi"));
		assertThat(said(this.ada, this.adasTab, this.linus)).containsExactly("hi", "hi", "hi");
		assertThat(said(silent)).isEmpty();
		assertThat(receipt).isEqualTo(new Receipt.Done(3, 3));
	}

	@Test
	void sendsWhetherSubscribedOrNot() {
		RecordedOutbound silent = this.harness.connectUser(Room.class, "k", "silent");
		assertThat(inTurn((c) -> c.send("said", "hi")).targeted()).isEqualTo(4);
		assertThat(said(silent)).containsExactly("hi");
	}

	@Test
	void tellsSomeConnections() {
		inTurn((c) -> c.to(connection(c, this.ada), connection(c, this.linus)).send("said", "hi"));
		assertThat(said(this.ada, this.linus)).containsExactly("hi", "hi");
		assertThat(said(this.adasTab)).isEmpty();
	}

	@Test
	void leavesAConnectionOutButNotTheOtherTabOfItsUser() {
		inTurn((c) -> c.except(connection(c, this.ada)).broadcast("said", "hi"));
		assertThat(said(this.ada)).isEmpty();
		assertThat(said(this.adasTab, this.linus)).containsExactly("hi", "hi");
	}

	@Test
	void leavesAllTabsOfAUserOut() {
		inTurn((c) -> c.exceptUser("ada").broadcast("said", "hi"));
		assertThat(said(this.ada, this.adasTab)).isEmpty();
		assertThat(said(this.linus)).containsExactly("hi");
	}

	@Test
	void tellsAllTabsOfAUser() {
		inTurn((c) -> c.toUser("ada").send("said", "hi"));
		assertThat(said(this.ada, this.adasTab)).containsExactly("hi", "hi");
		assertThat(said(this.linus)).isEmpty();
	}

	@Test
	void tellsThoseForWhomAPredicateHolds() {
		inTurn((c) -> c.where((connection) -> connection.state().startsWith("l")).broadcast("said", "hi"));
		assertThat(said(this.linus)).containsExactly("hi");
		assertThat(said(this.ada, this.adasTab)).isEmpty();
	}

	@Test
	void tellsOneConnectionByItself() {
		inTurn((c) -> connection(c, this.ada).send("said", "hi"));
		inTurn((c) -> connection(c, this.ada).broadcast("unheard", "hi"));
		assertThat(said(this.ada)).containsExactly("hi");
		assertThat(this.ada.messages(ToClient.Event.class)).hasSize(1);
	}

	@Test
	void saysTheSameTyped() {
		inTurn((c) -> {
			c.broadcast(Events.class).saidTwice("all");
			c.except(connection(c, this.ada)).broadcast(Events.class).said("but one");
			c.toUser("linus").send(Events.Private.class).whispered("one");
			connection(c, this.ada).send(Events.class).secret().whispered("by method");
			return Receipt.NOBODY;
		});
		assertThat(said(this.ada)).containsExactly("all", "all", "by method");
		assertThat(said(this.linus)).containsExactly("all", "all", "but one", "one");
		assertThat(this.linus.messages(ToClient.Event.class)).extracting(ToClient.Event::name)
			.containsExactly("said", "said", "said", "private.whispered");
	}

	@Test
	void countsThoseWhoAreGone() {
		this.ada.close(io.rivetevents.protocol.CloseReason.disconnected("bye"));
		Receipt receipt = inTurn((c) -> c.broadcast("said", "hi"));
		assertThat(receipt.targeted()).isEqualTo(3);
		assertThat(receipt.queued()).isEqualTo(2);
		assertThat(receipt.dropped()).isEqualTo(1);
	}

	@Test
	void comesFromOutsideInOrderWithWhatTheActorSends() {
		ActorHandle handle = this.harness.actors().get(Room.class, "k");
		for (int i = 0; i < 500; i++) {
			this.harness.directory()
				.deliver(ActorHarness.address(Room.class, "k"), this.linus.connectionId(),
						this.harness.request(i, "say", "turn " + i));
			handle.broadcast("said", "outside " + i);
		}
		Receipt last = handle.except().broadcast("said", "end").whenDone().block(ActorHarness.PATIENCE);
		assertThat(last.queued()).isEqualTo(3);
		assertThat(said(this.ada)).hasSize(1001)
			.startsWith("turn 0", "outside 0", "turn 1", "outside 1")
			.endsWith("turn 499", "outside 499", "end");
	}

	@Test
	void comesFromOutsideToWhomItIsSaid() {
		ActorHandle handle = this.harness.actors().getOrCreate("Room", "k");
		handle.toUser("ada").send("said", "ada").whenDone().block(ActorHarness.PATIENCE);
		handle.where((connection) -> "linus".equals(connection.state())).send("said", "linus");
		handle.exceptUser("ada").broadcast(Events.class).said("but ada");
		handle.to(List.of()).send("said", "nobody").whenDone().block(ActorHarness.PATIENCE);
		assertThat(said(this.ada, this.adasTab)).containsExactly("ada", "ada");
		assertThat(said(this.linus)).containsExactly("linus", "but ada");
	}

	@Test
	void sendsWhatTheArgumentsHeldAtTheTimeOfTheCall() throws InterruptedException {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.ada.connectionId(), this.harness.request(1, "block"));
		this.room.blocked.await();
		ObjectNode node = JsonNodeFactory.instance.objectNode().put("x", 1);
		Receipt receipt = this.harness.actors().get("Room", "k").send("said", node);
		node.put("x", 2);
		this.room.release.countDown();
		receipt.whenDone().block(ActorHarness.PATIENCE);
		assertThat(this.linus.messages(ToClient.Event.class).get(0).args()).hasToString("[{\"x\":1}]");
	}

	@Test
	void sendsNothingForAPredicateThatFails() {
		this.harness.connectUser(Strict.class, "k", "ada");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(
				() -> this.connections.here().where((connection) -> connection.state() != null).send("said", "x"));
		assertThat(said(this.ada, this.linus)).isEmpty();
	}

	@Test
	void wakesNobodyForAnEvent() {
		Receipt receipt = this.harness.actors()
			.getOrCreate("Room", "new")
			.broadcast("said", "hi")
			.whenDone()
			.block(ActorHarness.PATIENCE);
		assertThat(receipt.targeted()).isZero();
		assertThat(this.harness.node().size()).isEqualTo(1);
	}

	@Test
	void refusesAnEventFromOutsideForAFullMailbox() throws InterruptedException {
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.ada.connectionId(), this.harness.request(1, "block"));
		this.room.blocked.await();
		ActorHandle handle = this.harness.actors().get("Room", "k");
		List<Receipt> receipts = IntStream.range(0, 2001).mapToObj((i) -> handle.broadcast("said", i)).toList();
		Receipt last = receipts.get(2000);
		this.room.release.countDown();
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> last.whenDone().block(ActorHarness.PATIENCE))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("overloaded"));
		assertThat(last.queued()).isZero();
		assertThat(receipts.get(0).whenDone().block(ActorHarness.PATIENCE).queued()).isEqualTo(3);
	}

	@Test
	void findsNoActorOfAnotherClass() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.harness.actors().get(String.class, "k"))
			.withMessageContaining("java.lang.String");
	}

	@Test
	void tellsConnectionsOfTheNodeWhateverTheirActor() {
		RecordedOutbound elsewhere = this.harness.connectUser(Room.class, "other", "ada");
		RecordedOutbound strict = this.harness.connectUser(Strict.class, "k", "ada");
		Receipt receipt = this.connections.here()
			.where((connection) -> connection.actorName().equals("Room") && connection.principal() != null
					&& connection.principal().getName().equals("ada") && "ada".equals(connection.params(String.class))
					&& "ada".equals(connection.state()))
			.send("said", "hi");
		assertThat(receipt).isEqualTo(new Receipt.Done(3, 3));
		assertThat(said(this.ada, this.adasTab, elsewhere)).containsExactly("hi", "hi", "hi");
		assertThat(said(strict, this.linus)).isEmpty();
		assertThat(this.connections.count()).isEqualTo(5);
	}

	@Test
	void tellsAUserWhateverTheActor() {
		RecordedOutbound strict = this.harness.connectUser(Strict.class, "k", "ada");
		Receipt receipt = this.connections.sendToUser("ada", "notice", 1, null);
		assertThat(receipt.queued()).isEqualTo(3);
		assertThat(strict.messages(ToClient.Event.class).get(0).args()).hasToString("[1, null]");
		assertThat(this.connections.ofUser("ada")).hasSize(3);
		assertThat(this.connections.sendToUser("nobody", "notice").targeted()).isZero();
	}

	@Test
	void forgetsAConnectionThatHasEnded() {
		this.harness.directory().disconnected(ActorHarness.address(Room.class, "k"), this.ada.connectionId());
		this.harness.call(Room.class, "k", "say", "x");
		assertThat(this.connections.ofUser("ada")).hasSize(1);
		assertThat(this.connections.sendToUser("ada", "notice").targeted()).isEqualTo(1);
		assertThat(this.connections.everywhere().broadcast("said", "y").targeted()).isEqualTo(2);
	}

	@Test
	void refusesAUserWithoutAName() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.connections.sendToUser(" ", "notice"))
			.withMessageContaining("must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> inTurn((c) -> c.exceptUser("").broadcast("said", "x")))
			.withMessageContaining("must not be empty");
	}

	@Test
	void refusesAnEventWithoutAName() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.connections.everywhere().send("", "x"));
	}

	@Test
	void matchesTags() {
		subscribe(Room.class, this.ada, "said", "sport", "news");
		subscribe(Room.class, this.adasTab, "said", "weather");
		inTurn((c) -> c.tagged("news").broadcast("said", "tagged"));
		inTurn((c) -> c.broadcast("said", "plain"));
		assertThat(said(this.ada)).containsExactly("tagged", "plain");
		assertThat(said(this.adasTab)).containsExactly("plain");
		assertThat(said(this.linus)).containsExactly("tagged", "plain");
	}

	@Test
	void matchesTheTagsOfTheLastSubscription() {
		subscribe(Room.class, this.ada, "said", "sport");
		subscribe(Room.class, this.ada, "said");
		inTurn((c) -> c.tagged("news").broadcast("said", "tagged"));
		assertThat(said(this.ada)).containsExactly("tagged");
	}

	@Test
	void refusesWhatAStrictContractDoesNotDeclare() {
		RecordedOutbound client = this.harness.connectUser(Strict.class, "k", "ada");
		this.harness.call(Strict.class, "k", "tell", "said");
		assertThat(said(client)).containsExactly("hi");
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.harness.call(Strict.class, "k", "tell", "unsaid"));
		ActorHandle handle = this.harness.actors().get("Strict", "k");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> handle.broadcast("unsaid").whenDone().block(ActorHarness.PATIENCE))
			.withMessageContaining("unsaid");
	}

	@Test
	void sendsAfterTheCommit() {
		Receipt receipt = new TransactionTemplate(new NoTransactions()).execute((status) -> {
			Receipt pending = this.connections.user("ada").afterCommit().send("said", "committed");
			assertThat(said(this.ada)).isEmpty();
			assertThat(pending.isDone()).isFalse();
			return pending;
		});
		assertThat(said(this.ada)).containsExactly("committed");
		assertThat(receipt.whenDone().block(Duration.ZERO).queued()).isEqualTo(2);
	}

	@Test
	void sendsNothingAfterARollback() {
		Receipt receipt = new TransactionTemplate(new NoTransactions()).execute((status) -> {
			status.setRollbackOnly();
			return this.connections.user("ada").afterCommit().send("said", "rolled back");
		});
		assertThat(said(this.ada)).isEmpty();
		assertThat(receipt.isDone()).isTrue();
		assertThat(receipt.targeted()).isZero();
	}

	@Test
	void saysThatAnEventCouldNotBeSentAfterTheCommit() {
		this.harness.connectUser(Strict.class, "k", "ada");
		Receipt[] receipt = new Receipt[1];
		this.harness.call(Strict.class, "k", "say", "x");
		new TransactionTemplate(new NoTransactions())
			.executeWithoutResult((status) -> receipt[0] = this.connections.here().where((connection) -> {
				throw new IllegalStateException("a predicate that fails");
			}).afterCommit().send("said", "x"));
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> receipt[0].whenDone().block(ActorHarness.PATIENCE));
	}

	@Test
	void sendsAtOnceWithoutATransaction() {
		this.connections.user("ada").afterCommit().send("said", "at once");
		assertThat(said(this.ada)).containsExactly("at once");
	}

	@Test
	void sendsWhatTheArgumentsHeldBeforeTheCommit() {
		int[] counter = { 1 };
		new TransactionTemplate(new NoTransactions()).executeWithoutResult((status) -> {
			this.connections.user("linus").afterCommit().send("said", (Object) counter);
			counter[0] = 2;
		});
		assertThat(this.linus.messages(ToClient.Event.class).get(0).args()).hasToString("[[1]]");
	}

	private void subscribe(Class<?> actor, RecordedOutbound client, String event, String... tags) {
		this.harness.directory()
			.deliver(ActorHarness.address(actor, "k"), client.connectionId(),
					new ToServer.SubscriptionRequest(event, true, Set.of(tags)));
		this.harness.call(actor, "k", "say", "subscribed");
		// what was said to make sure is not looked at
		this.ada.forget();
		this.adasTab.forget();
		if (this.linus != null) {
			this.linus.forget();
		}
	}

	private Receipt inTurn(Telling telling) {
		this.room.telling = telling;
		try {
			this.harness.call(Room.class, "k", "tell");
		}
		catch (RivetException ex) {
			if (this.room.failure != null) {
				throw this.room.failure;
			}
			throw ex;
		}
		return this.room.receipt;
	}

	private static Connection<String> connection(ActorContext<?, String> c, RecordedOutbound client) {
		return c.conns()
			.stream()
			.filter((candidate) -> candidate.id().equals(client.connectionId()))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> said(RecordedOutbound... clients) {
		return List.of(clients)
			.stream()
			.flatMap((client) -> client.messages(ToClient.Event.class).stream())
			.map((event) -> event.args().get(0).asString())
			.toList();
	}

	private interface Telling {

		Receipt tell(ActorContext<?, String> c);

	}

	interface Events {

		void said(String text);

		@Volatile
		void moved(int x);

		Private secret();

		default void saidTwice(String text) {
			said(text);
			said(text);
		}

		interface Private {

			void whispered(String text);

		}

	}

	static class Room {

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		private volatile @Nullable Telling telling;

		private volatile @Nullable Receipt receipt;

		private volatile @Nullable RuntimeException failure;

		@CreateConnState
		String createConnState(@ConnParams @Nullable String name) {
			return String.valueOf(name);
		}

		@Action
		void tell(ActorContext<?, String> c) {
			try {
				this.receipt = this.telling.tell(c);
			}
			catch (RuntimeException ex) {
				this.failure = ex;
				throw ex;
			}
		}

		@Action
		void say(ActorContext<?, String> c, String text) {
			c.broadcast("said", text);
		}

		@Action
		void block() throws InterruptedException {
			this.blocked.countDown();
			this.release.await();
		}

	}

	@Actor(name = "Strict", events = Events.class, strict = true)
	static class Strict {

		@Action
		void tell(ActorContext<?, ?> c, String event) {
			Recipients all = c;
			all.send(event, "hi");
		}

		@Action
		void say(ActorContext<?, ?> c, String text) {
			Targets<?> all = c;
			all.broadcast("said", text);
		}

	}

	/** A transaction manager of nothing. */
	private static final class NoTransactions extends AbstractPlatformTransactionManager {

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

}
