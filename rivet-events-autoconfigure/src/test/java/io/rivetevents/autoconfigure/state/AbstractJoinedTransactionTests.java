/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.security.Principal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Actions that are committed by a transaction of the application, in a real database: the
 * rows of the application and the stored instance change together or not at all.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractJoinedTransactionTests {

	private static final Identity ADA = new Identity((Principal) null, "ada", null, null);

	/** Returns the number of events that the client has received. */
	private static volatile IntSupplier events = () -> 0;

	private static final AtomicBoolean lost = new AtomicBoolean();

	private ConfigurableApplicationContext context;

	JdbcTemplate jdbc;

	private ActorAddress address;

	private String connectionId;

	RecordedOutbound client;

	abstract String url() throws IOException;

	@BeforeAll
	void start() throws IOException {
		this.context = application(url());
		this.jdbc = this.context.getBean(JdbcTemplate.class);
		this.jdbc.execute("create table booking (account varchar(80) not null, amount int not null)");
	}

	static ConfigurableApplicationContext application(String url, String... properties) {
		return new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + url, "spring.flyway.enabled=false",
					"rivet.events.state.jdbc.initialize-schema=always", "rivet.events.state.jdbc.join-transaction=true",
					"rivet.events.actor.save-interval=1h", "rivet.events.shutdown.spread=0s",
					"rivet.events.history.durable=true",
					// each access to the store besides the transaction would wait for
					// ever
					"spring.datasource.hikari.maximum-pool-size=1", "spring.datasource.hikari.connection-timeout=3000")
			.properties(properties)
			.run();
	}

	@AfterAll
	void stop() throws IOException {
		this.context.close();
	}

	@BeforeEach
	void connect() {
		this.address = ActorAddress.of("account", UUID.randomUUID().toString());
		ConnectRequest request = ConnectRequest.stateful(null, ADA);
		this.connectionId = request.connectionId();
		this.client = new RecordedOutbound(this.connectionId);
		this.context.getBean(OutboundRegistry.class).register(request, this.client);
		directory().connect(new ActorTarget.GetOrCreate(this.address, null), request).block();
		send(new ToServer.SubscriptionRequest("booked", true));
		assertThat(call("deposit", 1)).isEqualTo(1);
		this.client.forget();
		events = () -> this.client.messages(ToClient.Event.class).size();
		lost.set(false);
	}

	@Test
	void commitsRowsStateAndEventsTogether() {
		long version = stored().version();
		assertThat(call("deposit", 10)).isEqualTo(11);
		assertThat(rows()).containsExactly(1, 10);
		assertThat(stored().version()).isEqualTo(version + 1);
		assertThat(balance()).isEqualTo(11);
		assertThat(events()).isEqualTo(2);
		assertThat(received()).containsExactly(11);
	}

	@Test
	void sendsNothingBeforeTheCommit() {
		assertThat(call("sendThenAsk", 10)).isEqualTo(0);
		assertThat(received()).containsExactly(11);
	}

	@Test
	void rollsBackAfterAnException() {
		StoredActor before = stored();
		assertFails("fail", 10, "account.closed");
		assertUnchanged(before);
		assertThat(call("deposit", 2)).isEqualTo(3);
		assertThat(rows()).containsExactly(1, 2);
		assertThat(received()).containsExactly(3);
		assertThat(events()).isEqualTo(2);
	}

	@Test
	void rollsBackIfTheApplicationDecidesSo() {
		StoredActor before = stored();
		assertThat(call("rollBack", 10)).isEqualTo(11);
		assertUnchanged(before);
	}

	@Test
	void rollsBackIfACallbackBeforeTheCommitFails() {
		StoredActor before = stored();
		assertFails("failBeforeCommit", 10, "rivetkit.internal_error");
		assertUnchanged(before);
	}

	@Test
	void commitsWithAnExceptionThatDoesNotRollBack() {
		assertFails("failChecked", 10, "rivetkit.internal_error");
		assertThat(rows()).containsExactly(1, 10);
		assertThat(balance()).isEqualTo(11);
		assertThat(received()).containsExactly(11);
	}

	@Test
	void includesWhatCallbacksChangeBeforeTheCommit() {
		assertThat(call("changeBeforeCommit", 10)).isEqualTo(11);
		assertThat(balance()).isEqualTo(111);
	}

	@Test
	void storesTheAnswerInTheTransaction() {
		ask(1, "deposit", 10, "key");
		assertThat(answered(1).output().asInt()).isEqualTo(11);
		assertThat(answers()).isEqualTo(1);
		restart(); // nothing is saved at the end
		ask(2, "deposit", 10, "key");
		assertThat(answered(2).output().asInt()).isEqualTo(11);
		assertThat(rows()).containsExactly(1, 10);
	}

	@Test
	void savesWhatAHookChangesLater() {
		this.address = ActorAddress.of("hooked", UUID.randomUUID().toString());
		assertThat(call("deposit", 10)).isEqualTo(1010);
		assertThat(balance()).as("of the transaction").isEqualTo(10);
		long version = stored().version();
		assertThat(call("depositDurably", 10)).isEqualTo(2020);
		assertThat(balance()).isEqualTo(2020);
		assertThat(stored().version()).isEqualTo(version + 2);
	}

	@Test
	void replacesTheAnswerByTheOneOfAHook() {
		this.address = ActorAddress.of("hooked", UUID.randomUUID().toString());
		connectAgain();
		ask(1, "depositDurably", 10, "key");
		assertThat(answered(1).output().asInt()).isEqualTo(1010);
		restart();
		ask(2, "depositDurably", 10, "key");
		assertThat(answered(2).output().asInt()).isEqualTo(1010);
		assertThat(rows()).containsExactly(10);
	}

	@Test
	void fencesAStaleInstance() {
		this.jdbc.update("update rivet_actor set version = version + 1 where actor_id = ?", actorId());
		StoredActor before = stored();
		assertFails("deposit", 10, "rivetkit.internal_error", "actor.restarting");
		assertUnchanged(before);
		Awaitility.await().untilAsserted(() -> assertThat(call("deposit", 2)).isEqualTo(3));
		assertThat(rows()).containsExactly(1, 2);
	}

	@Test
	void rollsBackAfterTheTimeout() {
		StoredActor before = stored();
		assertFails("late", 10, "actor.action_timed_out");
		assertThat(call("read", 0)).isEqualTo(1);
		assertUnchanged(before);
	}

	@Test
	void doesNotJoinAReadOnlyTransaction() {
		StoredActor before = stored();
		assertThat(call("changeReadOnly", 10)).isEqualTo(11);
		assertThat(stored().version()).as("saved later").isEqualTo(before.version());
		assertThat(call("read", 0)).isEqualTo(11);
	}

	@Test
	void commitsWithANestedTransactionThatIsRolledBack() {
		assertThat(call("nested", 10)).isEqualTo(11);
		assertThat(rows()).containsExactly(1, 10);
		assertThat(balance()).isEqualTo(11);
		assertThat(received()).containsExactly(11);
	}

	@Test
	void doesNotJoinATransactionInsideOfTheAction() {
		StoredActor before = stored();
		assertThat(call("callService", 10)).isEqualTo(11);
		assertThat(rows()).containsExactly(1, 10);
		assertThat(stored().version()).isEqualTo(before.version());
	}

	@Test
	void storesSchedulesInTheTransaction() {
		assertThat(call("remind", 10)).isEqualTo(1);
		assertThat(count("rivet_schedule")).isEqualTo(1);
	}

	@Test
	void loadsSchedulesOnTheConnectionOfTheTransaction() {
		restart();
		assertThat(call("remind", 10)).isEqualTo(1);
	}

	@Test
	void dropsSchedulesOfATransactionThatIsRolledBack() {
		StoredActor before = stored();
		assertFails("remindAndFail", 10, "account.closed");
		assertUnchanged(before);
		assertThat(count("rivet_schedule")).isZero();
		assertThat(call("reminders", 0)).isZero();
		assertThat(call("remind", 10)).isEqualTo(1);
	}

	@Test
	void commitsAScheduledActionWithItsSchedule() {
		call("depositLater", 10);
		Awaitility.await().untilAsserted(() -> assertThat(received()).containsExactly(11));
		assertThat(rows()).containsExactly(1, 10);
		assertThat(balance()).isEqualTo(11);
		assertThat(count("rivet_schedule")).isZero();
	}

	@Test
	void rollsBackAScheduledActionThatFails() {
		call("failLater", 10);
		Awaitility.await().untilAsserted(() -> assertThat(call("attempts", 0)).isEqualTo(1));
		assertThat(rows()).containsExactly(1);
		assertThat(balance()).isEqualTo(1);
		assertThat(received()).isEmpty();
	}

	@Test
	void refusesSaveStateInTheTransaction() {
		StoredActor before = stored();
		assertFails("save", 10, "rivetkit.internal_error");
		assertUnchanged(before);
	}

	@Test
	void savesADurableActionOnce() {
		long version = stored().version();
		assertThat(call("depositDurably", 10)).isEqualTo(11);
		assertThat(stored().version()).isEqualTo(version + 1);
	}

	// Helpers

	final void assertUnchanged(StoredActor before) {
		assertThat(stored().version()).isEqualTo(before.version());
		assertUndone(before);
	}

	final void assertUndone(StoredActor before) {
		assertThat(rows()).containsExactly(1);
		assertThat(stored().state()).isEqualTo(before.state());
		assertThat(events()).isEqualTo(1);
		assertThat(this.client.messages(ToClient.Event.class)).isEmpty();
		assertThat(answers()).isZero();
		if (!this.client.closed().isEmpty()) {
			return; // another copy has been started
		}
		assertThat(call("read", 0)).isEqualTo(1);
	}

	final void assertFails(String action, int amount, String... codes) {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> call(action, amount))
			.satisfies((ex) -> assertThat(List.of(codes)).contains(ex.group() + "." + ex.code()));
	}

	final int call(String action, int amount) {
		return actors().getOrCreate(this.address.name(), this.address.key())
			.call(action, Integer.class, amount)
			.blockOptional(Duration.ofSeconds(30))
			.orElseThrow();
	}

	final void ask(long id, String action, int amount, String key) {
		send(new ToServer.ActionRequest(id, action, List.of(IntNode.valueOf(amount)),
				new ToServer.CallOptions(false, null, key)));
	}

	private void send(ToServer message) {
		directory().deliver(this.address, this.connectionId, message);
	}

	final ToClient.ActionResponse answered(long id) {
		return Awaitility.await()
			.until(() -> this.client.messages(ToClient.ActionResponse.class)
				.stream()
				.filter((response) -> response.id() == id)
				.findFirst()
				.orElse(null), (response) -> response != null);
	}

	/** Sends another instance the calls: this one ends without a save. */
	private void restart() {
		this.jdbc.update("update rivet_actor set version = version + 1 where actor_id = ?", actorId());
		try {
			call("depositDurably", 1);
		}
		catch (RivetException ex) {
			// it is fenced
		}
		connectAgain();
	}

	private void connectAgain() {
		ConnectRequest request = ConnectRequest.stateful(null, ADA);
		this.connectionId = request.connectionId();
		this.client = new RecordedOutbound(this.connectionId);
		this.context.getBean(OutboundRegistry.class).register(request, this.client);
		Awaitility.await()
			.ignoreExceptions()
			.until(() -> directory().connect(new ActorTarget.GetOrCreate(this.address, null), request).block() != null);
	}

	final List<Integer> received() {
		return this.client.messages(ToClient.Event.class).stream().map((event) -> event.args().get(0).asInt()).toList();
	}

	final List<Integer> rows() {
		return this.jdbc.queryForList("select amount from booking where account = ?", Integer.class,
				this.address.key().serialize());
	}

	final int balance() {
		return this.context.getBean(tools.jackson.databind.json.JsonMapper.class)
			.readTree(stored().state())
			.path("balance")
			.asInt();
	}

	private int events() {
		return count("rivet_event");
	}

	private int answers() {
		return count("rivet_answer");
	}

	private int count(String table) {
		return this.jdbc.queryForObject("select count(*) from " + table + " where actor_id = ?", Integer.class,
				actorId());
	}

	private Object actorId() {
		return StoredTexts.parameter(this.jdbc, stored().actorId());
	}

	final StoredActor stored() {
		return this.context.getBean(ActorStateStore.class).load(this.address);
	}

	private Actors actors() {
		return this.context.getBean(Actors.class);
	}

	private ActorDirectory directory() {
		return this.context.getBean(ActorDirectory.class);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Account.class, Hooked.class, Bookings.class })
	static class Application {

	}

	static final class Balance {

		public int balance;

	}

	/** Writes rows of the application. */
	static class Bookings {

		private final JdbcTemplate jdbc;

		Bookings(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		void add(ActorContext<?, ?> c, int amount) {
			this.jdbc.update("insert into booking (account, amount) values (?, ?)", c.key().serialize(), amount);
		}

		@Transactional
		public void addInTransaction(ActorContext<?, ?> c, int amount) {
			add(c, amount);
		}

		@Transactional(propagation = Propagation.NESTED)
		public void addAndFail(ActorContext<?, ?> c, int amount) {
			add(c, amount);
			throw new IllegalArgumentException("rolled back to the savepoint");
		}

	}

	@Actor("account")
	static class Account {

		private final Bookings bookings;

		private final DataSource dataSource;

		Account(Bookings bookings, DataSource dataSource) {
			this.bookings = bookings;
			this.dataSource = dataSource;
		}

		@CreateState
		Balance createState() {
			return new Balance();
		}

		private int book(ActorContext<Balance, ?> c, int amount) {
			this.bookings.add(c, amount);
			c.state().balance += amount;
			c.broadcast("booked", c.state().balance);
			return c.state().balance;
		}

		@Action
		public int read(ActorContext<Balance, ?> c, int ignored) {
			return c.state().balance;
		}

		@Action
		@Transactional
		public int deposit(ActorContext<Balance, ?> c, int amount) {
			return book(c, amount);
		}

		@Action
		@Transactional
		public int sendThenAsk(ActorContext<Balance, ?> c, int amount) {
			book(c, amount);
			return events.getAsInt();
		}

		@Action
		@Transactional
		public int fail(ActorContext<Balance, ?> c, int amount) {
			book(c, amount);
			throw new RivetException("account", "closed", 409, "The account is closed", null);
		}

		@Action
		@Transactional
		public int rollBack(ActorContext<Balance, ?> c, int amount) {
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			return book(c, amount);
		}

		@Action
		@Transactional
		public int failBeforeCommit(ActorContext<Balance, ?> c, int amount) {
			beforeCommit(() -> {
				throw new IllegalStateException("refused by a callback");
			});
			return book(c, amount);
		}

		@Action
		@Transactional
		public int failChecked(ActorContext<Balance, ?> c, int amount) throws IOException {
			book(c, amount);
			throw new IOException("a checked exception commits");
		}

		@Action
		@Transactional
		public int changeBeforeCommit(ActorContext<Balance, ?> c, int amount) {
			beforeCommit(() -> c.state().balance += 100);
			return book(c, amount);
		}

		private static void beforeCommit(Runnable action) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					action.run();
				}

			});
		}

		/** Ends the connection as a network does. */
		private static void lose(Connection connection) throws SQLException {
			connection.abort(Runnable::run);
		}

		@Action
		@Transactional
		public int loseConnection(ActorContext<Balance, ?> c, int amount) throws SQLException {
			int balance = book(c, amount);
			lose(DataSourceUtils.getConnection(this.dataSource));
			return balance;
		}

		@Action
		@Transactional
		public int loseCommit(ActorContext<Balance, ?> c, int amount) {
			afterWriting(Account::lose);
			return book(c, amount);
		}

		@Action
		@Transactional
		public int loseCommitOnce(ActorContext<Balance, ?> c, int amount) {
			if (lost.compareAndSet(false, true)) {
				afterWriting(Account::lose);
			}
			return book(c, amount);
		}

		@Action
		@Transactional
		public int loseCommitted(ActorContext<Balance, ?> c, int amount) {
			afterWriting((connection) -> {
				connection.commit();
				lose(connection);
			});
			return book(c, amount);
		}

		/** Work with a connection. */
		private interface ConnectionWork {

			void accept(Connection connection) throws SQLException;

		}

		private void afterWriting(ConnectionWork work) {
			DataSource dataSource = this.dataSource;
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCompletion() {
					try {
						work.accept(DataSourceUtils.getConnection(dataSource));
					}
					catch (SQLException ex) {
						throw new IllegalStateException(ex);
					}
				}

			});
		}

		@Action(timeout = "300ms")
		@Transactional
		public int late(ActorContext<Balance, ?> c, int amount) {
			book(c, amount);
			try {
				Thread.sleep(Duration.ofSeconds(30).toMillis());
			}
			catch (InterruptedException ex) {
				// the timeout
			}
			return amount;
		}

		@Action
		@Transactional(readOnly = true)
		public int changeReadOnly(ActorContext<Balance, ?> c, int amount) {
			c.state().balance += amount;
			return c.state().balance;
		}

		@Action
		@Transactional
		public int nested(ActorContext<Balance, ?> c, int amount) {
			try {
				this.bookings.addAndFail(c, 700);
			}
			catch (IllegalArgumentException ex) {
				// rolled back to the savepoint
			}
			return book(c, amount);
		}

		@Action
		public int callService(ActorContext<Balance, ?> c, int amount) {
			this.bookings.addInTransaction(c, amount);
			c.state().balance += amount;
			return c.state().balance;
		}

		private int remindTomorrow(ActorContext<Balance, ?> c, int amount) {
			c.schedule().after(Duration.ofDays(1), "deposit", amount);
			return c.schedule().list().size();
		}

		@Action
		@Transactional
		public int remind(ActorContext<Balance, ?> c, int amount) {
			return remindTomorrow(c, amount);
		}

		@Action
		@Transactional
		public int remindAndFail(ActorContext<Balance, ?> c, int amount) {
			remindTomorrow(c, amount);
			return fail(c, amount);
		}

		@Action
		public int reminders(ActorContext<Balance, ?> c, int ignored) {
			return c.schedule().list().size();
		}

		@Action
		public int attempts(ActorContext<Balance, ?> c, int ignored) {
			return c.schedule().list().get(0).attempts();
		}

		@Action
		public int depositLater(ActorContext<Balance, ?> c, int amount) {
			c.schedule().after(Duration.ZERO, "deposit", amount);
			return amount;
		}

		@Action
		public int failLater(ActorContext<Balance, ?> c, int amount) {
			c.schedule().after(Duration.ZERO, "failChecked", amount);
			return amount;
		}

		@Action
		@Transactional
		public int save(ActorContext<Balance, ?> c, int amount) {
			book(c, amount);
			c.saveState();
			return amount;
		}

		@Action(durable = true)
		@Transactional
		public int depositDurably(ActorContext<Balance, ?> c, int amount) {
			return book(c, amount);
		}

	}

	@Actor("hooked")
	static class Hooked extends Account {

		Hooked(Bookings bookings, DataSource dataSource) {
			super(bookings, dataSource);
		}

		@OnBeforeActionResponse
		public Object change(ActorContext<Balance, ?> c, String action, Object result) {
			c.state().balance += 1000;
			return (int) result + 1000;
		}

	}

}
