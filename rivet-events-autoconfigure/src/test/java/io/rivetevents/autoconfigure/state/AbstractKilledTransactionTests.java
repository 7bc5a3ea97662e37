/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.jdbc.outbox.JdbcOutboxStore;
import io.rivetevents.outbox.OutboxSettings;
import io.rivetevents.outbox.StoredOutbox;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills a process with {@code kill -9} while transactions of the application commit its
 * actions: rows, state, events, schedules, answers and rows of the outbox of one action
 * are stored together or not at all. One transaction is stopped between its writes and
 * its commit, one between the commit and the answer, and others are at any point. The
 * system property {@code rivet.test.kills} sets the number of kills, 1 by default.
 */
abstract class AbstractKilledTransactionTests {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	/** Number of answers after which the process is killed, at least. */
	private static final int ANSWERS = 100;

	private final Random random = new Random();

	/** The highest number that was answered, by account. */
	private final Map<String, Integer> answered = new TreeMap<>();

	abstract String url();

	/** Returns how many threads have transactions at the same time. */
	int writers() {
		return 4;
	}

	@Test
	void transactionsAreStoredAsAWhole() throws Exception {
		int kills = Integer.getInteger("rivet.test.kills", 1);
		int total = 0;
		for (int i = 0; i < kills; i++) {
			this.answered.clear();
			String prefix = i + "-";
			for (String line : linesOfAKilledProcess(prefix)) {
				note(line);
			}
			try (ConfigurableApplicationContext application = KilledApplication.start(url(),
					"rivet.events.outbox.enabled=false")) {
				check(application, prefix);
				checkOutbox(application, prefix);
			}
			total += this.answered.values().stream().mapToInt(Integer::intValue).sum();
		}
		System.out.printf("%s: %d kills, %d answers, none lost or torn%n", getClass().getSimpleName(), kills, total);
	}

	private List<String> linesOfAKilledProcess(String prefix) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				KilledApplication.class.getName(), url(), prefix, String.valueOf(writers()))
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try {
			Queue<String> lines = new ConcurrentLinkedQueue<>();
			CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> read(process, lines),
					(task) -> new Thread(task).start());
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> !process.isAlive() || (lines.size() >= ANSWERS && lines.containsAll(stopped())));
			assertThat(process.isAlive()).isTrue();
			Thread.sleep(this.random.nextInt(100)); // so that it is killed at any point
			process.toHandle().destroyForcibly(); // the other method closes the output
			assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
			reader.join();
			return List.copyOf(lines);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static List<String> stopped() {
		return List.of(KilledApplication.STOPPED + KilledApplication.BEFORE_COMMIT,
				KilledApplication.STOPPED + KilledApplication.AFTER_COMMIT);
	}

	/** Reads the complete lines of the process; the last one may be cut. */
	private static void read(Process process, Queue<String> lines) {
		try (BufferedReader reader = process.inputReader(StandardCharsets.US_ASCII)) {
			StringBuilder line = new StringBuilder();
			for (int next = reader.read(); next >= 0; next = reader.read()) {
				if (next != '\n') {
					line.append((char) next);
					continue;
				}
				if (line.indexOf(KilledApplication.ANSWERED) == 0 || line.indexOf(KilledApplication.STOPPED) == 0) {
					lines.add(line.toString());
				}
				else {
					System.out.println(line);
				}
				line.setLength(0);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The answer to each call is its number. */
	private void note(String line) {
		if (line.startsWith(KilledApplication.ANSWERED)) {
			String[] parts = line.substring(KilledApplication.ANSWERED.length()).split(" ");
			int number = Integer.parseInt(parts[1]);
			assertThat(this.answered.getOrDefault(parts[0], 0)).as(line).isEqualTo(number - 1);
			this.answered.put(parts[0], number);
		}
	}

	private void check(ConfigurableApplicationContext application, String prefix) {
		for (int i = 0; i < writers(); i++) {
			addCreated(application, prefix + i + "-");
		}
		this.answered.forEach((account, number) -> {
			int stored = rows(application, account).size();
			int expected = account.endsWith(KilledApplication.AFTER_COMMIT) ? number + 1 : number;
			if (number == KilledApplication.CALLS || !account.substring(prefix.length()).contains("-")) {
				assertThat(stored).as("transactions of %s", account).isEqualTo(expected);
			}
			assertThat(stored).as("transactions of %s", account).isBetween(expected, number + 1);
			assertWhole(application, account, stored);
			repeat(application, account, number, stored);
		});
	}

	/** Each transaction that is stored, and no other, sends its event. */
	private static void checkOutbox(ConfigurableApplicationContext application, String prefix) {
		KilledApplication.Auditor auditor = new KilledApplication.Auditor(application);
		DataSource dataSource = application.getBean(DataSource.class);
		StoredOutbox outbox = new StoredOutbox(
				new JdbcOutboxStore(dataSource, JdbcSettings.defaults(), () -> false, Runnable::run),
				new OutboxSettings(true, Duration.ofMillis(100), KilledApplication.LEASE, Duration.ofHours(1), 1000),
				new StoredOutbox.Time(Clock.systemUTC(), Schedulers.parallel(), Schedulers.boundedElastic()),
				new StoredOutbox.Targets(application.getBean(OutboundRegistry.class).members(), LocalBackplane::new,
						() -> application.getBean(ActorDirectory.class)));
		outbox.start();
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> jdbc.queryForObject("select count(*) from rivet_outbox", Integer.class) == 0);
		outbox.stop();
		Set<String> stored = new TreeSet<>(jdbc.query("select account, number from booking",
				(row, index) -> row.getString(1) + " " + row.getInt(2)));
		stored.removeIf((booking) -> !booking.startsWith(prefix));
		assertThat(auditor.received()).isEqualTo(stored).hasSizeGreaterThan(ANSWERS / 2);
	}

	/** Accounts that were created, and whose first transaction was not answered. */
	private void addCreated(ConfigurableApplicationContext application, String prefix) {
		ActorStateStore store = application.getBean(ActorStateStore.class);
		for (int account = 0; store.load(address(prefix + account)) != null; account++) {
			this.answered.putIfAbsent(prefix + account, 0);
		}
	}

	private static void assertWhole(ConfigurableApplicationContext application, String account, int transactions) {
		ActorStateStore store = application.getBean(ActorStateStore.class);
		StoredActor actor = store.load(address(account));
		assertThat(rows(application, account)).isEqualTo(IntStream.rangeClosed(1, transactions).boxed().toList());
		assertThat(actor).as(account).isNotNull();
		assertThat(application.getBean(JsonMapper.class).readTree(actor.state()).path("bookings").asInt())
			.as("state of %s", account)
			.isEqualTo(transactions);
		assertThat(store.events(actor.actorId(), 100)).as("events of %s", account).hasSize(transactions);
		assertThat(store.schedules(actor.actorId())).as("schedules of %s", account).hasSize(transactions);
		JdbcTemplate jdbc = application.getBean(JdbcTemplate.class);
		assertThat(jdbc.queryForObject("select count(*) from rivet_answer where actor_id = ?", Integer.class,
				StoredTexts.parameter(jdbc, actor.actorId())))
			.as("answers of %s", account)
			.isEqualTo(transactions);
	}

	/** Repeats the last call that was answered, if any, and the one that was not. */
	private static void repeat(ConfigurableApplicationContext application, String account, int answered, int stored) {
		KilledApplication.Customer customer = new KilledApplication.Customer(application, account);
		if (answered > 0) {
			assertThat(customer.book(answered)).as("answer of %s", account).isEqualTo(answered);
			assertWhole(application, account, stored);
		}
		assertThat(customer.book(answered + 1)).as("answer of %s", account).isEqualTo(answered + 1);
		assertWhole(application, account, answered + 1);
	}

	private static ActorAddress address(String account) {
		return ActorAddress.of("ledger", account);
	}

	private static List<Integer> rows(ConfigurableApplicationContext application, String account) {
		return application.getBean(JdbcTemplate.class)
			.queryForList("select number from booking where account = ? order by number", Integer.class, account);
	}

}
