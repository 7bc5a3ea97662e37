/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.connection.Receipt;
import io.rivetevents.connection.Recipients;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Outbox;
import io.rivetevents.observation.Tracing;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.outbound.QueuedTotal;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.fail;

/**
 * Events that are bound to a reactive transaction, with transactions of H2 over R2DBC.
 */
class ReactiveTransactionTests {

	private final String database = UUID.randomUUID().toString();

	private final ConnectionFactory connectionFactory = ConnectionFactories
		.get("r2dbc:h2:mem:///%s?options=DB_CLOSE_DELAY=-1".formatted(this.database));

	private final R2dbcTransactionManager manager = new R2dbcTransactionManager(this.connectionFactory);

	private final DatabaseClient client = DatabaseClient.create(this.connectionFactory);

	private final JdbcTemplate jdbc = new JdbcTemplate(
			new DriverManagerDataSource("jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(this.database)));

	private final Room room = new Room();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.room);

	private final LocalBackplane backplane = new LocalBackplane();

	private final ClusterConnections connections = new ClusterConnections(this.harness.connections(), this.backplane,
			new NodeCommands(this.harness.connections(), this.backplane, () -> {
			}), new NodeQueries(this.harness.connections(), OtherNodes.NONE), this.harness.targets(() -> true),
			Outbox.NONE, Tracing.NONE);

	private final Actors actors = this.harness.actors(() -> true);

	private RecordedOutbound ada;

	private RecordedOutbound linus;

	@BeforeEach
	void connect() {
		this.jdbc.execute("create table orders (id int primary key)");
		this.ada = connectUser("ada");
		this.linus = connectUser("linus");
	}

	private RecordedOutbound connectUser(String name) {
		RecordedOutbound user = this.harness.connectUser(Room.class, "k", name);
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), user.connectionId(),
					new ToServer.SubscriptionRequest("said", true));
		return user;
	}

	@AfterEach
	void close() {
		this.harness.close();
		this.jdbc.execute("shutdown");
	}

	/** A way to choose connections, Ada's among them. */
	private enum To {

		USER((test) -> test.connections.user("ada")), EVERYWHERE((test) -> test.connections.everywhere()),
		HERE((test) -> test.connections.here()),
		HERE_TO((test) -> test.connections.here().to(test.connections.ofUser("ada"))),
		HERE_EXCEPT((test) -> test.connections.here().except(test.connections.ofUser("linus"))),
		HERE_TO_USER((test) -> test.connections.here().toUser("ada")),
		HERE_EXCEPT_USER((test) -> test.connections.here().exceptUser("linus")),
		HERE_WHERE((test) -> test.connections.here().where((connection) -> "ada".equals(connection.state()))),
		ONE((test) -> test.connections.ofUser("ada").get(0)),
		TAGGED((test) -> test.connections.everywhere().tagged("news")),
		DROPPABLE((test) -> test.connections.everywhere().droppable()), HANDLE((test) -> test.handle()),
		HANDLE_TO((test) -> test.handle().to(test.connections.ofUser("ada"))),
		HANDLE_EXCEPT((test) -> test.handle().except(test.connections.ofUser("linus"))),
		HANDLE_TO_USER((test) -> test.handle().toUser("ada")),
		HANDLE_EXCEPT_USER((test) -> test.handle().exceptUser("linus")),
		HANDLE_WHERE((test) -> test.handle().where((connection) -> "ada".equals(connection.state()))),
		CONTEXT((test) -> test.context()), CONTEXT_EXCEPT_USER((test) -> test.context().exceptUser("linus")),
		CONTEXT_WHERE((test) -> test.context().where((connection) -> "ada".equals(connection.state())));

		private final Function<ReactiveTransactionTests, Recipients> recipients;

		To(Function<ReactiveTransactionTests, Recipients> recipients) {
			this.recipients = recipients;
		}

	}

	/** A way to send the event "said". */
	private enum By {

		BROADCAST((recipients, text) -> recipients.broadcast("said", text)),
		SEND((recipients, text) -> recipients.send("said", text)),
		CONTRACT_BROADCAST((recipients, text) -> recipients.broadcast(Events.class).said(text)),
		CONTRACT_SEND((recipients, text) -> recipients.send(Events.class).said(text)),
		TAGGED((recipients, text) -> recipients.tagged("news").send("said", text)),
		DROPPABLE((recipients, text) -> recipients.droppable().broadcast("said", text));

		private final BiConsumer<Recipients, String> sender;

		By(BiConsumer<Recipients, String> sender) {
			this.sender = sender;
		}

	}

	static Stream<Arguments> ways() {
		return Stream.of(To.values()).flatMap((to) -> Stream.of(By.values()).map((by) -> Arguments.of(to, by)));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void sendsWithTheCommitOnly(To to, By by) {
		Recipients recipients = to.recipients.apply(this);
		in(TransactionDefinition.PROPAGATION_REQUIRED)
			.transactional(insert(1).then(recipients.afterCommit((chosen) -> by.sender.accept(chosen, "rolled back")))
				.then(Mono.error(new IllegalStateException("a failure after the event"))))
			.onErrorComplete(IllegalStateException.class)
			.block(ActorHarness.PATIENCE);
		in(TransactionDefinition.PROPAGATION_REQUIRED)
			.transactional(insert(2).then(recipients.afterCommit((chosen) -> by.sender.accept(chosen, "committed")))
				.then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).isEmpty())))
			.block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("committed");
		assertThat(rows()).containsExactly(2);
	}

	@Test
	void sendsWhenOthersSeeWhatWasCommitted() {
		AtomicReference<List<Integer>> seen = new AtomicReference<>(List.of());
		transactional(insert(1).then(this.connections.here().where((connection) -> {
			seen.set(rows());
			return true;
		}).afterCommit((all) -> all.send("said", "x"))));
		assertThat(seen.get()).containsExactly(1);
	}

	@Test
	void completesTheReceiptAfterTheCommit() {
		AtomicReference<Receipt> receipt = new AtomicReference<>();
		transactional(
				insert(1).then(this.connections.everywhere().afterCommit((all) -> receipt.set(all.send("said", "x"))))
					.then(Mono.fromRunnable(() -> assertThat(receipt.get().isDone()).isFalse())));
		assertThat(receipt.get().whenDone().block(Duration.ZERO).queued()).isEqualTo(2);
	}

	@Test
	void dropsWhatIsMarkedForRollback() {
		AtomicReference<Receipt> receipt = new AtomicReference<>();
		in(TransactionDefinition.PROPAGATION_REQUIRED).execute((status) -> {
			status.setRollbackOnly();
			return this.connections.user("ada").afterCommit((user) -> receipt.set(user.send("said", "x")));
		}).blockLast(ActorHarness.PATIENCE);
		assertThat(receipt.get().isDone()).isTrue();
		assertThat(receipt.get().targeted()).isZero();
		assertThat(heard(this.ada)).isEmpty();
	}

	@Test
	void dropsWhatTheDatabaseRefuses() {
		assertThatExceptionOfType(DataIntegrityViolationException.class)
			.isThrownBy(() -> transactional(insert(1).then(event("x")).then(insert(1))));
		assertThat(heard(this.ada)).isEmpty();
	}

	@Test
	void dropsWhatIsCancelledBeforeTheCommit() {
		AtomicReference<Receipt> receipt = new AtomicReference<>();
		Disposable running = in(TransactionDefinition.PROPAGATION_REQUIRED)
			.transactional(insert(1)
				.then(this.connections.user("ada").afterCommit((user) -> receipt.set(user.send("said", "x"))))
				.then(Mono.never()))
			.subscribe();
		Awaitility.await().until(() -> receipt.get() != null);
		assertThat(receipt.get().isDone()).isFalse();
		running.dispose();
		Awaitility.await().until(() -> receipt.get().isDone());
		assertThat(receipt.get().targeted()).isZero();
		assertThat(heard(this.ada)).isEmpty();
		assertThat(rows()).isEmpty();
	}

	@Test
	void dropsWhatTimesOutBeforeTheCommit() {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> in(TransactionDefinition.PROPAGATION_REQUIRED)
				.transactional(insert(1).then(event("x")).then(Mono.delay(Duration.ofMinutes(1))))
				.timeout(Duration.ofMillis(200))
				.block(ActorHarness.PATIENCE));
		Awaitility.await().untilAsserted(() -> assertThat(rows()).isEmpty());
		assertThat(heard(this.ada)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("failures")
	void dropsWhatCannotBeCommitted(RuntimeException failure) {
		R2dbcTransactionManager failing = new R2dbcTransactionManager(this.connectionFactory) {

			@Override
			protected Mono<Void> doCommit(TransactionSynchronizationManager manager,
					GenericReactiveTransaction status) {
				return Mono.error(failure);
			}

		};
		assertThatExceptionOfType(failure.getClass()).isThrownBy(() -> TransactionalOperator.create(failing)
			.transactional(insert(1).then(event("x")))
			.block(ActorHarness.PATIENCE));
		assertThat(heard(this.ada)).isEmpty();
	}

	static Stream<RuntimeException> failures() {
		return Stream.of(new IllegalStateException("rolled back"), new TransactionSystemException("unknown"));
	}

	@ParameterizedTest
	@EnumSource(names = { "USER", "HANDLE", "ONE" })
	void sendsAtOnceWithoutATransaction(To to) {
		to.recipients.apply(this).afterCommit((user) -> user.send("said", "x")).block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("x");
	}

	@Test
	void sendsAtOnceWhereNoTransactionIsRequired() {
		in(TransactionDefinition.PROPAGATION_SUPPORTS)
			.transactional(event("x").then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).containsExactly("x"))))
			.block(ActorHarness.PATIENCE);
	}

	@Test
	void sendsAtOnceWhereTheTransactionIsSuspended() {
		Mono<Void> suspended = in(TransactionDefinition.PROPAGATION_NOT_SUPPORTED).transactional(event("at once"))
			.then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).containsExactly("at once")));
		transactional(insert(1).then(event("later")).then(suspended));
		assertThat(heard(this.ada)).containsExactly("at once", "later");
	}

	@Test
	void sendsAtOnceAfterTheTransaction() {
		transactional(insert(1)).then(event("x")).block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("x");
	}

	@Test
	void sendsWithTheCommitOfAReadOnlyTransaction() {
		DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
		readOnly.setReadOnly(true);
		TransactionalOperator.create(this.manager, readOnly)
			.transactional(event("x").then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).isEmpty())))
			.block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("x");
	}

	@Test
	void sendsWithTheOuterCommitWhatAParticipantSends() {
		transactional(in(TransactionDefinition.PROPAGATION_REQUIRED).transactional(insert(1).then(event("participant")))
			.then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).isEmpty())));
		assertThat(heard(this.ada)).containsExactly("participant");
	}

	@Test
	void dropsWhatAParticipantSendsIfTheOuterTransactionFails() {
		assertThatIllegalStateException().isThrownBy(() -> transactional(
				in(TransactionDefinition.PROPAGATION_REQUIRED).transactional(insert(1).then(event("participant")))
					.then(Mono.error(new IllegalStateException("outer")))));
		assertThat(heard(this.ada)).isEmpty();
	}

	@Test
	void sendsWithItsOwnCommitWhatANewTransactionSends() {
		Mono<Void> inner = in(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
			.transactional(insert(2).then(event("inner")));
		assertThatIllegalStateException().isThrownBy(() -> transactional(insert(1).then(event("outer"))
			.then(inner)
			.then(Mono.fromRunnable(() -> assertThat(heard(this.ada)).containsExactly("inner")))
			.then(event("outer again"))
			.then(Mono.error(new IllegalStateException("outer")))));
		assertThat(heard(this.ada)).containsExactly("inner");
		assertThat(rows()).containsExactly(2);
	}

	@Test
	void dropsWhatANewTransactionThatFailsSends() {
		Mono<Void> inner = in(TransactionDefinition.PROPAGATION_REQUIRES_NEW)
			.transactional(insert(2).then(event("inner")).then(Mono.<Void>error(new IllegalStateException("inner"))))
			.onErrorComplete(IllegalStateException.class);
		transactional(insert(1).then(event("outer")).then(inner).then(event("outer again")));
		assertThat(heard(this.ada)).containsExactly("outer", "outer again");
		assertThat(rows()).containsExactly(1);
	}

	@Test
	void sendsWithTheOuterCommitWhatANestedTransactionSends() {
		Mono<Void> nested = in(TransactionDefinition.PROPAGATION_NESTED).transactional(insert(2).then(event("nested")));
		transactional(insert(1).then(nested)
			.then(Mono.<Void>fromRunnable(() -> assertThat(heard(this.ada)).isEmpty()))
			.then(event("outer")));
		assertThat(heard(this.ada)).containsExactly("nested", "outer");
		assertThat(rows()).containsExactly(1, 2);
	}

	/** As documented: there is no callback for savepoints in reactive transactions. */
	@Test
	void sendsWithTheOuterCommitWhatANestedTransactionSendsThatFails() {
		Mono<Void> nested = in(TransactionDefinition.PROPAGATION_NESTED)
			.transactional(insert(2).then(event("nested")).then(Mono.<Void>error(new IllegalStateException("nested"))))
			.onErrorComplete(IllegalStateException.class);
		transactional(insert(1).then(nested).then(event("outer")));
		assertThat(rows()).containsExactly(1);
		assertThat(heard(this.ada)).containsExactly("nested", "outer");
	}

	@Test
	void sendsInTheOrderOfTheCalls() {
		List<String> texts = IntStream.range(0, 60).mapToObj(String::valueOf).toList();
		To[] ways = { To.USER, To.HERE_WHERE, To.ONE, To.EVERYWHERE };
		transactional(Flux.fromIterable(texts)
			.concatMap((text) -> ways[Integer.parseInt(text) % ways.length].recipients.apply(this)
				.afterCommit((some) -> some.send("said", text))
				.subscribeOn(Schedulers.parallel()))
			.then());
		assertThat(heard(this.ada)).containsExactlyElementsOf(texts);
	}

	@Test
	void losesNothingOfBranchesOnSeveralThreads() {
		CyclicBarrier start = new CyclicBarrier(4);
		Scheduler threads = Schedulers.newParallel("branch", 4);
		Mono<Void> branch = this.connections.user("ada").droppable().afterCommit((user) -> {
			await(start);
			IntStream.range(0, 1500).forEach((i) -> user.send("said"));
		}).subscribeOn(threads);
		transactional(Mono.when(branch, branch, branch, branch));
		threads.dispose();
		assertThat(this.ada.messages(ToClient.Event.class)).hasSize(6000);
	}

	private static void await(CyclicBarrier start) {
		try {
			start.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void sendsTheOthersIfOneFailsAfterTheCommit() {
		AtomicReference<Receipt> receipt = new AtomicReference<>();
		Mono<Void> failing = this.connections.here().where((connection) -> {
			throw new IllegalArgumentException("a predicate that fails");
		}).afterCommit((some) -> receipt.set(some.send("said", "fails")));
		transactional(insert(1).then(event("before")).then(failing).then(event("after")));
		assertThat(heard(this.ada)).containsExactly("before", "after");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> receipt.get().whenDone().block(Duration.ZERO));
	}

	@Test
	void rollsBackForAnEventThatIsTooLong() {
		OutboundQueue small = connectWithLimit(10_000);
		AtomicBoolean refused = new AtomicBoolean();
		Mono<Void> tooLong = this.connections.user("eve")
			.afterCommit((user) -> user.send("said", "x".repeat(10_000)))
			.doOnError((ex) -> refused.set(true));
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> transactional(
				insert(1).then(event("short")).then(tooLong).doOnSuccess((none) -> fail("not refused at the call"))))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("outgoing_too_long"));
		assertThat(refused).isTrue();
		assertThat(rows()).isEmpty();
		assertThat(small.poll()).isNull();
		assertThat(small.closeReason()).isNull();
		assertThat(heard(this.ada)).isEmpty();
	}

	private OutboundQueue connectWithLimit(int maxMessageSize) {
		ConnectRequest request = ConnectRequest.stateful(this.harness.mapper().toTree("eve"),
				new Identity(() -> "eve", null));
		OutboundQueue queue = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(1_000_000, maxMessageSize,
				"rivet.events.sse", new QueuedTotal(this.harness.limits())), (waiting) -> {
				});
		this.harness.connections().register(request, queue);
		this.harness.directory().connect(ActorHarness.target(Room.class, "k"), request).block(ActorHarness.PATIENCE);
		while (queue.poll() != null) {
			// what a new connection gets
		}
		return queue;
	}

	@Test
	void sendsOnceIfTheTransactionIsRetried() {
		AtomicInteger attempts = new AtomicInteger();
		Mono<Void> flaky = Mono
			.defer(() -> (attempts.incrementAndGet() < 3) ? Mono.error(new IllegalStateException()) : Mono.empty());
		in(TransactionDefinition.PROPAGATION_REQUIRED).transactional(insert(1).then(event("x")).then(flaky))
			.retry(5)
			.block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("x");
	}

	@Test
	void sendsWhatTheArgumentsHoldAtTheCall() {
		int[] counter = { 1 };
		Mono<Void> event = this.connections.user("ada").afterCommit((user) -> user.send("said", (Object) counter));
		counter[0] = 2;
		transactional(insert(1).then(event).then(Mono.fromRunnable(() -> counter[0] = 3)));
		assertThat(this.ada.messages(ToClient.Event.class).get(0).args()).hasToString("[[2]]");
	}

	@Test
	void doesNothingBeforeTheSubscription() {
		Mono<Void> event = event("x");
		assertThat(heard(this.ada)).isEmpty();
		event.block(ActorHarness.PATIENCE);
		assertThat(heard(this.ada)).containsExactly("x");
	}

	@Test
	void refusesRecipientsThatAreKept() {
		AtomicReference<Recipients> kept = new AtomicReference<>();
		transactional(insert(1).then(this.connections.user("ada").afterCommit(kept::set)));
		assertThatIllegalStateException().isThrownBy(() -> kept.get().tagged("t").send("said", "x"))
			.withMessageContaining("said")
			.withMessageContaining("inside its callback only");
		assertThat(heard(this.ada)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "ONE", "CONTEXT", "CONTEXT_EXCEPT_USER", "CONTEXT_WHERE" })
	void refusesTheFormForThreads(To to) {
		assertThatIllegalStateException()
			.isThrownBy(() -> transactional(
					insert(1).doOnNext((count) -> to.recipients.apply(this).afterCommit().send("said", "x")).then()))
			.withMessageContaining("Event said was not sent")
			.withMessageContaining("ReactiveTransactionManager")
			.withMessageContaining("afterCommit((recipients) -> recipients.send(..))");
		assertThat(heard(this.ada)).isEmpty();
		assertThat(rows()).isEmpty();
	}

	@Test
	void refusesTheFormForThreadsOfAContract() {
		assertThatIllegalStateException()
			.isThrownBy(() -> this.connections.everywhere().afterCommit().broadcast(Events.class).said("x"));
		assertThat(heard(this.ada)).isEmpty();
	}

	@Test
	void sendsBeforeTheAnswerOfTheActionThatCommits() {
		this.room.work = (c) -> in(TransactionDefinition.PROPAGATION_REQUIRED)
			.transactional(insert(1).then(c.afterCommit((all) -> all.broadcast("said", "committed"))));
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.ada.connectionId(), this.harness.request(7, "work"));
		Awaitility.await().until(() -> !this.ada.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(this.ada.messages().stream().skip(this.ada.messages().size() - 2))
			.hasExactlyElementsOfTypes(ToClient.Event.class, ToClient.ActionResponse.class);
	}

	private TransactionalOperator in(int propagation) {
		return TransactionalOperator.create(this.manager, new DefaultTransactionDefinition(propagation));
	}

	private <T> Mono<T> transactional(Mono<T> work) {
		return Mono.justOrEmpty(
				in(TransactionDefinition.PROPAGATION_REQUIRED).transactional(work).block(ActorHarness.PATIENCE));
	}

	private Mono<Long> insert(int id) {
		return this.client.sql("insert into orders values (%d)".formatted(id)).fetch().rowsUpdated();
	}

	private List<Integer> rows() {
		return this.jdbc.queryForList("select id from orders order by id", Integer.class);
	}

	private Mono<Void> event(String text) {
		return this.connections.everywhere().afterCommit((all) -> all.send("said", text));
	}

	private ActorHandle handle() {
		return this.actors.get(Room.class, "k");
	}

	private ActorContext<?, String> context() {
		AtomicReference<ActorContext<?, String>> context = new AtomicReference<>();
		this.room.work = (c) -> {
			context.set(c);
			return Mono.empty();
		};
		this.harness.call(Room.class, "k", "work");
		return context.get();
	}

	/** What has arrived once the mailbox is empty. */
	private List<String> heard(RecordedOutbound client) {
		this.harness.call(Room.class, "k", "rest");
		return client.messages(ToClient.Event.class).stream().map((event) -> event.args().get(0).asString()).toList();
	}

	interface Events {

		void said(String text);

	}

	static class Room {

		private volatile Function<ActorContext<?, String>, Mono<Void>> work = (c) -> Mono.empty();

		@CreateConnState
		String createConnState(@ConnParams String name) {
			return name;
		}

		@Action
		Mono<Void> work(ActorContext<?, String> c) {
			return this.work.apply(c);
		}

		@Action
		void rest() {
		}

	}

}
