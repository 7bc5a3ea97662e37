/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.node.IntNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.connection.Connections;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * An application in a process of its own that commits actions in transactions until it is
 * killed. It prints each answer: {@value #ANSWERED}, then the account and the answer.
 * Other lines are logged by libraries.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(KilledApplication.Ledger.class)
class KilledApplication {

	static final String ANSWERED = "answered: ";

	static final String STOPPED = "stopped: ";

	/**
	 * Key of accounts whose third transaction stops between its writes and the commit.
	 */
	static final String BEFORE_COMMIT = "before";

	/**
	 * Key of accounts whose third transaction stops between the commit and the answer.
	 */
	static final String AFTER_COMMIT = "after";

	/** User that receives a stored event for each transaction. */
	static final String AUDITOR = "auditor";

	/** Time for which the killed process has taken rows of the outbox. */
	static final Duration LEASE = Duration.ofSeconds(2);

	/** Transactions of one account, at most. */
	static final int CALLS = 20;

	private static final int STOP = 3;

	private static volatile boolean stopping;

	/**
	 * Commits transactions until the process is killed.
	 * @param args URL of the database, a prefix for the names of accounts, and the number
	 * of threads
	 */
	public static void main(String[] args) {
		Thread parent = new Thread(KilledApplication::endWithInput, "parent");
		parent.setDaemon(true);
		parent.start();
		int writers = Integer.parseInt(args[2]);
		// the outbox writes beside the transactions
		ConfigurableApplicationContext application = start(args[0], "rivet.events.outbox.enabled=" + (writers > 1));
		stopping = true;
		for (String moment : List.of(BEFORE_COMMIT, AFTER_COMMIT)) {
			new Thread(() -> book(application, args[1] + moment)).start();
		}
		for (int i = 0; i < writers; i++) {
			String prefix = args[1] + i + "-";
			new Thread(() -> {
				for (int account = 0;; account++) {
					book(application, prefix + account);
				}
			}).start();
		}
	}

	private static void endWithInput() {
		try {
			System.in.readAllBytes();
		}
		catch (IOException ex) {
			// it has ended, too
		}
		Runtime.getRuntime().halt(0);
	}

	/** Starts the application of the same database in this process. */
	static ConfigurableApplicationContext start(String url, String... properties) {
		ConfigurableApplicationContext application = new SpringApplicationBuilder(KilledApplication.class)
			.bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + url, "spring.flyway.enabled=false",
					"rivet.events.state.jdbc.initialize-schema=always", "rivet.events.state.jdbc.join-transaction=true",
					"rivet.events.actor.save-interval=1h", "rivet.events.shutdown.spread=0s",
					"rivet.events.history.durable=true", "rivet.events.outbox.max-age=1h",
					"rivet.events.outbox.lease=" + LEASE.toSeconds() + "s", "rivet.events.outbox.poll-interval=100ms")
			.properties(properties)
			.run();
		application.getBean(JdbcTemplate.class)
			.execute("create table if not exists booking (account varchar(80) not null, number int not null)");
		return application;
	}

	private static void book(ConfigurableApplicationContext application, String account) {
		Customer customer = new Customer(application, account);
		for (int number = 1; number <= CALLS; number++) {
			print(ANSWERED + account + " " + customer.book(number));
		}
	}

	/** Writes a line at once, so that lines of several threads are not mixed. */
	private static void print(String line) {
		synchronized (System.out) {
			System.out.print(line + "\n");
			System.out.flush();
		}
	}

	/** A client of one account, whose calls have idempotency keys. */
	static final class Customer {

		private static final Identity ADA = new Identity((Principal) null, "ada", null, null);

		private final ActorDirectory directory;

		private final ActorAddress address;

		private final RecordedOutbound client;

		Customer(ConfigurableApplicationContext application, String account) {
			this.directory = application.getBean(ActorDirectory.class);
			this.address = ActorAddress.of("ledger", account);
			ConnectRequest request = ConnectRequest.stateful(null, ADA);
			this.client = new RecordedOutbound(request.connectionId());
			application.getBean(OutboundRegistry.class).register(request, this.client);
			this.directory.connect(new ActorTarget.GetOrCreate(this.address, null), request).block();
		}

		/** Returns the answer to the call of a number, which is always the same one. */
		int book(int number) {
			this.directory.deliver(this.address, this.client.connectionId(), new ToServer.ActionRequest(number, "book",
					List.of(IntNode.valueOf(number)), new ToServer.CallOptions(false, null, "key-" + number)));
			return Awaitility.await()
				.forever()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> answers(number), (found) -> !found.isEmpty())
				.get(0);
		}

		private List<Integer> answers(long id) {
			return this.client.messages(ToClient.ActionResponse.class)
				.stream()
				.filter((response) -> response.id() == id)
				.map((response) -> response.output().asInt())
				.toList();
		}

	}

	/** A client that receives the stored events. */
	static final class Auditor {

		private final RecordedOutbound client;

		Auditor(ConfigurableApplicationContext application) {
			ConnectRequest request = ConnectRequest.stateful(null, new Identity((Principal) null, AUDITOR, null, null));
			this.client = new RecordedOutbound(request.connectionId());
			application.getBean(OutboundRegistry.class).register(request, this.client);
			application.getBean(ActorDirectory.class)
				.connect(new ActorTarget.GetOrCreate(ActorAddress.of("ledger", AUDITOR), null), request)
				.block();
		}

		/** Returns account and number of each transaction that it knows of. */
		Set<String> received() {
			return this.client.messages(ToClient.Event.class)
				.stream()
				.map((event) -> event.args().get(0).asString() + " " + event.args().get(1).asInt())
				.collect(Collectors.toCollection(TreeSet::new));
		}

	}

	static final class Balance {

		public int bookings;

	}

	@Actor("ledger")
	static class Ledger {

		private final JdbcTemplate jdbc;

		private final Connections connections;

		Ledger(JdbcTemplate jdbc, Connections connections) {
			this.jdbc = jdbc;
			this.connections = connections;
		}

		@CreateState
		Balance createState() {
			return new Balance();
		}

		@Action
		@Transactional
		public int book(ActorContext<Balance, ?> c, int number) {
			String account = c.key().serialize();
			this.jdbc.update("insert into booking (account, number) values (?, ?)", account, number);
			this.connections.user(AUDITOR).durable().send("audited", account, number);
			c.state().bookings++;
			c.broadcast("booked", c.state().bookings);
			c.schedule().after(Duration.ofDays(1), "remind");
			if (stopping && number == STOP) {
				TransactionSynchronizationManager.registerSynchronization(new Stop(account));
			}
			return c.state().bookings;
		}

		@Action(internal = true)
		public void remind() {
		}

	}

	/** Stops a transaction until the process is killed. */
	private record Stop(String account) implements TransactionSynchronization {

		/** Called after each {@code beforeCommit}, which has written the instance. */
		@Override
		public void beforeCompletion() {
			stopAt(BEFORE_COMMIT);
		}

		@Override
		public void afterCommit() {
			stopAt(AFTER_COMMIT);
		}

		private void stopAt(String moment) {
			if (this.account.endsWith(moment)) {
				print(STOPPED + moment);
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					print("interrupted");
				}
			}
		}

	}

}
