/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

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
import io.rivetevents.extension.Outbox;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Events that are bound to the transaction of a thread, with transactions of H2 over
 * JDBC, in an application that has reactive transactions as well.
 */
class ThreadTransactionTests {

	private final DriverManagerDataSource dataSource = new DriverManagerDataSource(
			"jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID()));

	private final JdbcTransactionManager manager = new JdbcTransactionManager(this.dataSource);

	private final JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	private final LocalBackplane backplane = new LocalBackplane();

	private final ClusterConnections connections = new ClusterConnections(this.harness.connections(), this.backplane,
			new NodeCommands(this.harness.connections(), this.backplane, () -> {
			}), new NodeQueries(this.harness.connections(), OtherNodes.NONE), this.harness.targets(() -> true),
			Outbox.NONE, Tracing.NONE);

	private final Actors actors = this.harness.actors(() -> true);

	private RecordedOutbound ada;

	@BeforeEach
	void connect() {
		this.jdbc.execute("create table orders (id int primary key)");
		this.ada = this.harness.connectUser(Room.class, "k", "ada");
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), this.ada.connectionId(),
					new ToServer.SubscriptionRequest("said", true));
	}

	@AfterEach
	void close() {
		this.harness.close();
		this.jdbc.execute("shutdown");
	}

	/** A way to choose Ada's connection. */
	private enum To {

		USER((test) -> test.connections.user("ada")), EVERYWHERE((test) -> test.connections.everywhere()),
		HERE_WHERE((test) -> test.connections.here().where((connection) -> "ada".equals(connection.state()))),
		HERE_EXCEPT_USER((test) -> test.connections.here().exceptUser("linus")),
		ONE((test) -> test.connections.ofUser("ada").get(0)), HANDLE((test) -> test.handle()),
		HANDLE_WHERE((test) -> test.handle().where((connection) -> "ada".equals(connection.state()))),
		HANDLE_EXCEPT((test) -> test.handle().except());

		private final Function<ThreadTransactionTests, Recipients> recipients;

		To(Function<ThreadTransactionTests, Recipients> recipients) {
			this.recipients = recipients;
		}

	}

	@ParameterizedTest
	@EnumSource
	void sendsWithTheCommitOnly(To to) {
		Recipients recipients = to.recipients.apply(this).afterCommit();
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			insert(1);
			recipients.send("said", "rolled back");
			status.setRollbackOnly();
		});
		assertThatIllegalStateException()
			.isThrownBy(() -> in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
				recipients.broadcast("said", "failed");
				throw new IllegalStateException();
			}));
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			insert(2);
			recipients.broadcast("said", "committed");
			recipients.send(Events.class).said("typed");
			assertThat(heard()).isEmpty();
		});
		assertThat(heard()).containsExactly("committed", "typed");
	}

	@Test
	void dropsWhatANestedTransactionSendsThatFails() {
		List<Receipt> receipts = new ArrayList<>();
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((outer) -> {
			insert(1);
			send("before");
			in(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult((nested) -> {
				insert(2);
				receipts.add(send("nested"));
				in(TransactionDefinition.PROPAGATION_NESTED)
					.executeWithoutResult((innermost) -> receipts.add(send("innermost, released")));
				nested.setRollbackOnly();
			});
			assertThat(receipts).hasSize(2).allMatch((receipt) -> receipt.isDone() && receipt.targeted() == 0);
			send("after");
		});
		assertThat(heard()).containsExactly("before", "after");
		assertThat(rows()).containsExactly(1);
	}

	@Test
	void sendsWithTheOuterCommitWhatANestedTransactionSends() {
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((outer) -> {
			send("before");
			in(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult((nested) -> {
				send("nested");
				in(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult((innermost) -> {
					send("innermost");
					innermost.setRollbackOnly();
				});
				send("nested again");
			});
			assertThat(heard()).isEmpty();
		});
		assertThat(heard()).containsExactly("before", "nested", "nested again");
	}

	@Test
	void dropsWhatIsNewerThanASavepoint() {
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			send("first");
			Object older = status.createSavepoint();
			send("second");
			Object newer = status.createSavepoint();
			send("third");
			status.rollbackToSavepoint(newer);
			send("fourth");
			status.releaseSavepoint(newer);
			status.rollbackToSavepoint(older);
			send("fifth");
			status.releaseSavepoint(older);
		});
		assertThat(heard()).containsExactly("first", "fifth");
	}

	@Test
	void sendsWithItsOwnCommitWhatANewTransactionSends() {
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((outer) -> {
			send("outer");
			in(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult((inner) -> send("inner"));
			assertThat(heard()).containsExactly("inner");
			in(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult((inner) -> {
				send("inner, rolled back");
				inner.setRollbackOnly();
			});
			send("outer again");
		});
		assertThat(heard()).containsExactly("inner", "outer", "outer again");
	}

	@Test
	void dropsWhatCannotBeCommitted() {
		JdbcTransactionManager failing = new JdbcTransactionManager(this.dataSource) {

			@Override
			protected void doCommit(DefaultTransactionStatus status) {
				doRollback(status);
				throw new TransactionSystemException("unknown");
			}

		};
		Receipt[] receipt = new Receipt[1];
		assertThatExceptionOfType(TransactionSystemException.class).isThrownBy(
				() -> new TransactionTemplate(failing).executeWithoutResult((status) -> receipt[0] = send("unknown")));
		assertThat(receipt[0].isDone()).isTrue();
		assertThat(heard()).isEmpty();
	}

	@Test
	void sendsInTheOrderOfTheCalls() {
		To[] ways = { To.USER, To.HERE_WHERE, To.ONE, To.EVERYWHERE };
		List<String> texts = IntStream.range(0, 60).mapToObj(String::valueOf).toList();
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(
				(status) -> texts.forEach((text) -> ways[Integer.parseInt(text) % ways.length].recipients.apply(this)
					.afterCommit()
					.send("said", text)));
		assertThat(heard()).containsExactlyElementsOf(texts);
	}

	@Test
	void sendsTheOthersIfOneFailsAfterTheCommit() {
		Receipt[] receipt = new Receipt[1];
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			send("before");
			receipt[0] = this.connections.here().where((connection) -> {
				throw new StackOverflowError("a predicate that fails");
			}).afterCommit().send("said", "fails");
			send("after");
		});
		assertThat(heard()).containsExactly("before", "after");
		assertThatExceptionOfType(StackOverflowError.class)
			.isThrownBy(() -> receipt[0].whenDone().block(Duration.ZERO));
	}

	@Test
	void sendsWhatACallbackAtTheCommitSends() {
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(
				(status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						send("before the commit");
					}

					@Override
					public void afterCommit() {
						send("after the commit");
					}

					@Override
					public void afterCompletion(int status) {
						send("after the completion");
					}

				}));
		assertThat(heard()).containsExactlyInAnyOrder("before the commit", "after the commit", "after the completion");
	}

	@Test
	void bindsAReactiveChainThatIsSubscribedToInTheTransaction() {
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			this.connections.everywhere()
				.afterCommit((all) -> all.send("said", "rolled back"))
				.block(ActorHarness.PATIENCE);
			status.setRollbackOnly();
		});
		in(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
			this.connections.everywhere()
				.afterCommit((all) -> all.send("said", "committed"))
				.block(ActorHarness.PATIENCE);
			assertThat(heard()).isEmpty();
		});
		assertThat(heard()).containsExactly("committed");
	}

	/** The thread could be one of a reactive transaction. */
	@Test
	void refusesWithoutATransaction() {
		assertThatIllegalStateException().isThrownBy(() -> send("x")).withMessageContaining("not sent");
		in(TransactionDefinition.PROPAGATION_SUPPORTS)
			.executeWithoutResult((status) -> assertThatIllegalStateException().isThrownBy(() -> send("x")));
		assertThat(heard()).isEmpty();
	}

	private TransactionTemplate in(int propagation) {
		TransactionTemplate template = new TransactionTemplate(this.manager);
		template.setPropagationBehavior(propagation);
		return template;
	}

	private Receipt send(String text) {
		return this.connections.everywhere().afterCommit().send("said", text);
	}

	private ActorHandle handle() {
		return this.actors.get(Room.class, "k");
	}

	private void insert(int id) {
		this.jdbc.update("insert into orders values (?)", id);
	}

	private List<Integer> rows() {
		return this.jdbc.queryForList("select id from orders order by id", Integer.class);
	}

	/** What has arrived once the mailbox is empty. */
	private List<String> heard() {
		this.harness.call(Room.class, "k", "rest");
		return this.ada.messages(ToClient.Event.class).stream().map((event) -> event.args().get(0).asString()).toList();
	}

	interface Events {

		void said(String text);

	}

	static class Room {

		@CreateConnState
		String createConnState(@ConnParams String name) {
			return name;
		}

		@Action
		void rest() {
		}

	}

}
